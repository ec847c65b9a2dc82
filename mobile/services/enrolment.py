"""Who works with this phone: enrolling by code, signing out."""

import secrets

from mobile.ports import Accounts, Device, Keystore, ServerApi, Session
from mobile.services.trust import check_first_hello, check_hello
from shared.problems import Problem


class Enrolment:
    def __init__(self, accounts: Accounts, api: ServerApi, keystore: Keystore, *, model: str, platform: str) -> None:
        self._accounts, self._api, self._keystore = accounts, api, keystore
        self._model, self._platform = model, platform

    def enrol(self, code: str) -> Session:
        """The officer whom the code was made for now works with this phone; whoever did before no longer does, and
        everything they left in drafts and outbox stays. Problem `code_invalid`, `not_our_server`, `no_connection` …"""
        nonce = secrets.token_hex(16)
        pinned = self._accounts.server_keys()
        hello = self._api.hello(nonce)
        if pinned:
            keys = check_hello(hello, nonce, pinned, self._keystore)
        else:
            check_first_hello(hello, nonce, self._keystore)
            keys = ()
        enrolled = self._api.enrol(
            code=code.strip(), public_key=self._keystore.public_key_pem, model=self._model, platform=self._platform
        )
        if not pinned:
            # Trust on first use, narrowed by the code: the keys that come with the enrolment have to have signed hello.
            keys = check_hello(hello, nonce, {key.id: key.public_key for key in enrolled.keys}, self._keystore)
        session = Session(enrolled.officer, enrolled.token)
        self._accounts.enrolled(Device(enrolled.device, self._keystore.key_id), session, keys)
        return session

    def current(self) -> Session | None:
        return self._accounts.session()

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
