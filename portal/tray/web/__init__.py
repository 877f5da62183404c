"""The addresses that a device's tray calls."""
