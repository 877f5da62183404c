"""The pages of e-mails: which ones somebody gets, and in development how they look."""
