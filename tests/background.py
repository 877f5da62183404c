"""Commands as a shell starts them in the background: with Ctrl-C (SIGINT) ignored."""

IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
