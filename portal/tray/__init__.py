"""The installer's tray: rows that a device keeps, looked up, claimed and told of."""
