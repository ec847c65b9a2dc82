"""Who works with this phone: enrolling by code, changing over, signing out.

Several officers may share a phone, each with a token of their own. What waits in drafts and outbox belongs to the phone
and is never touched here; who sealed a report stands in its manifest, not in who is signed in.
"""

import secrets
from dataclasses import replace
from uuid import UUID

from mobile.ports import Accounts, Device, Enrolled, Keystore, Preferences, ServerApi, Session
from mobile.services.invitation import Invitation, read_invitation, read_server
from mobile.services.trust import check_first_hello, check_hello, named_key
from shared.problems import Problem
from shared.wire.v1.messages import Hello, ServerKey
from shared.wire.v1.signed import Signed

SERVER = "server"  # the preference: address that a QR named or an officer typed


class Enrolment:
    def __init__(
        self,
        accounts: Accounts,
        preferences: Preferences,
        api: ServerApi,
        keystore: Keystore,
        *,
        model: str,
        platform: str,
    ) -> None:
        self._accounts, self._preferences, self._api, self._keystore = accounts, preferences, api, keystore
        self._model, self._platform = model, platform

    @property
    def server(self) -> str:
        """Where it is asked; "" while nobody has named a server."""
        return self._api.address

    def enrol(self, text: str, server: str = "") -> Session:
        """`text`: what a QR says, or a code as it was typed. The officer it was made for now works with this phone;
        whoever did before keeps their token until they sign out. `server`: as it was typed, for a code that names none
        on a phone that knows none. Such an address, or that in a QR, is kept once the server there has proved to be
        ours. Problem `invitation_invalid`, `server_missing` and what else `read_server` says, `code_invalid`,
        `not_our_server`, `no_connection` …"""
        invitation = read_invitation(text)
        before = self._api.address
        if invitation.server is None and not before:
            invitation = replace(invitation, server=read_server(server))
        if invitation.server is not None:
            self._api.reach(invitation.server)
        try:
            session = self._enrol(invitation)
        except Problem:
            if self._api.address != before:
                self._api.reach(before)
            raise
        if invitation.server is not None:
            self._preferences.put(SERVER, invitation.server)
        return session

    def _enrol(self, invitation: Invitation) -> Session:
        nonce = secrets.token_hex(16)
        pinned = self._accounts.server_keys()
        hello = self._api.hello(nonce)
        if not pinned and invitation.key is not None:
            pinned = named_key(hello, invitation.key)  # the supervisor's screen vouches for it, and for no other
        if pinned:
            keys = check_hello(hello, nonce, pinned, self._keystore)
        else:
            check_first_hello(hello, nonce, self._keystore)
            keys = ()
        enrolled = self._api.enrol(
            code=invitation.code,
            public_key=self._keystore.public_key_pem,
            model=self._model,
            platform=self._platform,
        )
        keys = keys or self._keys_of(enrolled, hello, nonce)
        session = Session(enrolled.officer, enrolled.token)
        self._accounts.enrolled(Device(enrolled.device, self._keystore.key_id), session, keys)
        return session

    def _keys_of(self, enrolled: Enrolled, hello: Signed[Hello], nonce: str) -> tuple[ServerKey, ...]:
        """Trust on first use, narrowed by the code: the keys that come with the enrolment have to have signed hello."""
        return check_hello(hello, nonce, {key.id: key.public_key for key in enrolled.keys}, self._keystore)

    def current(self) -> Session | None:
        return self._accounts.session()

    def officers(self) -> tuple[Session, ...]:
        """Everybody who can take over without a code: enrolled here and not signed out since."""
        return self._accounts.sessions()

    def change_to(self, officer: UUID) -> Session:
        """Another officer of this phone takes over, with the token they have here. Problem `not_enrolled` for one who
        signed out or never had one: they need a fresh code."""
        session = self._accounts.switched(officer)
        if session is None:
            raise Problem("not_enrolled")
        return session

    def sign_out(self) -> bool:
        """Forget the token, and nothing else. True when the server could be told, so that it is dead there too."""
        session = self._accounts.session()
        self._accounts.signed_out()
        if session is None or session.token is None:
            return True
        try:
            self._api.logout(session.token)
        except Problem:
            return False  # without a line the officer still leaves; the answer says that the token lives on
        return True
