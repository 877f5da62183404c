"""The claim form's addresses, and the hubs on the labels."""

from portal.sandbox import world

NEW = "/claims/new/"
READ = "/claims/read/"
HUB = world.hub_id(0)
OTHER_HUB = world.hub_id(1)
