"""The portal as an app: installable, and open without a network."""
