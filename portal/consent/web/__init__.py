"""Pages on which an organisation says who may act for it."""
