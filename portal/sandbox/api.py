"""The endpoints of the SpKey API, as its reference and OpenAPI document describe them."""

import re
import uuid
from datetime import UTC, datetime
from functools import partial

from portal.sandbox import bodies, commands, world
from portal.sandbox.exchange import (
    Answer,
    Json,
    Refusal,
    Request,
    invalid,
    json_answer,
    not_found_in_list,
    refusal,
)
from portal.sandbox.faults import Faults, Pause
from portal.sandbox.keys import ApiKey
from portal.sandbox.state import SandboxState

FORBIDDEN_HEADERS = ("x-org-id", "x-user-id", "x-user-email", "x-is-admin", "x-super-access")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_ACTED_ON = {hub.id: hub for hub in world.MAGIC.values() if hub.on_command}


class Api:
    """Answers API requests from a `state`.

    Magic hubs misbehave as `portal.sandbox.world` says; `pause` (seconds) is how a slow one waits.
    """

    def __init__(self, state: SandboxState, pause: Pause) -> None:
        self._state = state
        self._pause = pause
        self._magic = Faults()
        self.reset()

    def reset(self) -> None:
        """Let the magic hubs start their behaviour again."""
        self._magic.clear()
        for hub in world.MAGIC.values():
            if hub.on_claim:
                match = {"hub_id": hub.id, "path_contains": "/ClaimHub"}
                self._magic.add(match, action=hub.on_claim, times=hub.claim_times)
            if hub.on_command:
                match = {"hub_id": hub.id, "method": "POST"}
                self._magic.add(match, action=hub.on_command, times=hub.command_times)

    def answer(self, request: Request) -> Answer:
        """The answer to `request`, a refusal included."""
        try:
            return self._route(request)
        except Refusal as refused:
            return refused.answer

    def _route(self, request: Request) -> Answer:
        match request.segments:
            case ("hubs", hub_id, "status"):
                return self._status(request, self._admit(request, "GET"), hub_id)
            case ("hubs", hub_id, command) if command in bodies.COMMANDS:
                return self._command(request, self._admit(request, "POST"), command, hub_id)
            case ("users", "by-email"):
                self._admit(request, "GET")
                return self._user_by_email(request)
            case ("users", identity, "profile"):
                self._admit(request, "GET")
                return self._profile(identity.lower())
        raise refusal(404, "Not Found", "No such endpoint")

    def _admit(self, request: Request, method: str) -> ApiKey:
        if request.method != method:
            raise refusal(405, "Method Not Allowed", f"Use {method}", {"Allow": method})
        key = self._state.keys.admitted(request.headers)
        if key is None:
            raise refusal(401, "Unauthorized", "Missing or invalid authentication credentials")
        for name in FORBIDDEN_HEADERS:
            if name in request.headers:
                raise refusal(400, "Bad Request", f"The header {name} is not accepted")
        return key

    def _status(self, request: Request, key: ApiKey, hub_id: str) -> Answer:
        read = partial(self._read, key, hub_id)
        action = self._magic.take(request, key.name) if hub_id in _ACTED_ON else None
        return action.play(read, self._pause) if action else read()

    def _read(self, key: ApiKey, hub_id: str) -> Answer:
        with self._state.lock:
            hub = self._state.hubs.get(hub_id)
            if hub is None:
                raise not_found_in_list("Hub not found")
            commands.check_visible(key, hub)
            document = self._state.status(hub)
            hub.note_call(self._state.clock())
        return json_answer(200, document)

    def _command(self, request: Request, key: ApiKey, command: str, hub_id: str) -> Answer:
        body = bodies.read(command, hub_id, request.body)
        if command == "ClaimHub" and (answer := self._magic_claim(request, key, hub_id, body)):
            return answer
        perform = partial(commands.BY_NAME[command], self._state, key, hub_id, body)
        if command in commands.OF_OWN_HUBS and hub_id in _ACTED_ON:
            commands.check_own(self._state, key, hub_id)
            if action := self._magic.take(request, key.name):
                answer = action.play(perform, self._pause)
                self._follow(_ACTED_ON[hub_id])
                return answer
        return perform()

    def _follow(self, hub: world.MagicHub) -> None:
        """Let happen what follows a command to a magic hub."""
        if hub.then:
            self._state.set_hub(hub.id, hub.then)
        if hub.then_read:
            self._magic.add({"hub_id": hub.id, "method": "GET"}, action=hub.then_read, times=1)

    def _magic_claim(self, request: Request, key: ApiKey, hub_id: str, body: Json) -> Answer | None:
        if not any(hub.id == hub_id and hub.on_claim for hub in world.MAGIC.values()):
            return None
        commands.check_claim(self._state, key, hub_id, body)
        action = self._magic.take(request, key.name)
        if action is None:
            return None
        claim = partial(commands.claim, self._state, key, hub_id, body)
        return action.play(claim, self._pause)

    def _user_by_email(self, request: Request) -> Answer:
        email = request.query.get("email", "").lower()
        wanted = request.query.get("uuid")
        search_only = request.query.get("searchOnly", "false")
        if not _EMAIL.fullmatch(email):
            raise invalid([("email", "Expected an e-mail address")])
        if search_only not in ("true", "false"):
            raise invalid([("searchOnly", "Expected true or false")])
        with self._state.lock:
            user = self._state.users.get(email)
            if user is None and search_only == "true":
                raise refusal(404, "Not Found", "No user has this e-mail address")
            return json_answer(200, user or self._new_user(email, wanted))

    def _new_user(self, email: str, wanted: str | None) -> Json:
        users = self._state.users
        if wanted and any(user["uuid"] == wanted for user in users.values()):
            raise refusal(409, "Conflict", "Requested UUID already exists")
        created = datetime.fromtimestamp(self._state.clock(), UTC).isoformat(
            timespec="milliseconds"
        )
        user = {
            "uuid": wanted or str(uuid.uuid4()),
            "email": email,
            "created_at": created.replace("+00:00", "Z"),
        }
        users[email] = user
        return user

    def _profile(self, identity: str) -> Answer:
        with self._state.lock:
            user = next(
                (user for user in self._state.users.values() if user["uuid"] == identity), None
            )
        if user is None:
            raise not_found_in_list("User not found")
        return json_answer(
            200, {"userId": user["uuid"], "email": user["email"], "status": "ACTIVE"}
        )
