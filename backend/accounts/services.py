"""Writes about people and phones."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.request import Request

from backend.accounts.models import (
    Agency,
    Device,
    DeviceOfficer,
    EnrolmentCode,
    Officer,
    OfficerRole,
    OfficerToken,
    Unit,
    unit_path,
)
from backend.audit import services as audit
from backend.audit import signing
from backend.audit.actions import Action
from shared.identity import uuid7
from shared.problems import Problem
from shared.workflow.states import Role

# 32 signs that nobody mistakes for another (Crockford's base 32); 10 of them hold 50 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 10


def agency_create(*, name: str, hosts: bool = False, actor: str = audit.SYSTEM, now: datetime | None = None) -> Agency:
    """`now`: the clock where none is given, for agencies are made by commands."""
    with transaction.atomic():
        agency = Agency.objects.create(name=name, hosts=hosts)
        audit.record(
            Action.AGENCY_CREATED, subject=f"agency:{agency.id}", actor=actor, at=now or timezone.now(), hosts=hosts
        )
    return agency


def unit_create(
    *, agency: Agency, name: str, parent: Unit | None = None, actor: str = audit.SYSTEM, now: datetime | None = None
) -> Unit:
    """`now` as in `agency_create`."""
    unit = Unit(agency=agency, name=name, parent=parent)
    unit.path = unit_path(agency, parent, unit.id)
    with transaction.atomic():
        unit.save(force_insert=True)
        audit.record(
            Action.UNIT_CREATED, subject=f"unit:{unit.id}", actor=actor, at=now or timezone.now(), path=unit.path
        )
    return unit


def officer_create(
    *,
    username: str,
    name: str,
    post: str,
    unit: Unit,
    roles: frozenset[Role],
    password: str,
    actor: str = audit.SYSTEM,
    now: datetime | None = None,
) -> Officer:
    """`now` as in `agency_create`. The event says unit and roles, not the name."""
    with transaction.atomic():
        officer = Officer(username=username, name=name, post=post, unit=unit)
        officer.set_password(password)
        officer.save(force_insert=True)
        held = sorted(role.value for role in roles)
        OfficerRole.objects.bulk_create(OfficerRole(officer=officer, role=role) for role in held)
        audit.record(
            Action.OFFICER_CREATED,
            subject=f"officer:{officer.id}",
            actor=actor,
            at=now or timezone.now(),
            unit=str(unit.id),
            roles=held,
        )
    return officer


def officer_sign_in(*, request: Request, username: str, password: str, now: datetime) -> tuple[OfficerToken, str]:
    """A token without a device, for people and scripts; Problem `login_failed`. The refusal is recorded too."""
    officer = authenticate(request._request, username=username, password=password)
    if not isinstance(officer, Officer):
        sign_in_refuse_record(username=username, now=now)
        raise Problem("login_failed")
    with transaction.atomic():
        tokens_expired_remove(officer=officer, now=now)
        row, token = OfficerToken.objects.create(officer)
        audit.record(Action.OFFICER_SIGNED_IN, subject=f"officer:{officer.id}", actor=str(officer.id), at=now)
    return row, token


def tokens_expired_remove(*, officer: Officer, now: datetime) -> None:
    """Those of one officer, whenever they get a new one: nobody's tokens pile up."""
    OfficerToken.objects.filter(user=officer, expiry__lt=now).delete()


def sign_in_refuse_record(*, username: str, now: datetime) -> None:
    """The name is kept as a hash only: people type passwords into the wrong field."""
    tried = hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    with transaction.atomic():
        audit.record(Action.OFFICER_SIGN_IN_REFUSED, subject=f"username-sha256:{tried}", actor=audit.SYSTEM, at=now)


def session_begin_record(*, officer: Officer, now: datetime) -> None:
    """A web session began."""
    with transaction.atomic():
        audit.record(Action.OFFICER_SIGNED_IN, subject=f"officer:{officer.id}", actor=str(officer.id), at=now)


def officer_sign_out(*, request: Request, officer: Officer, token: OfficerToken | None, now: datetime) -> None:
    """Ends the token, or the web session when there is none."""
    with transaction.atomic():
        if token is not None:
            token.delete()
        else:
            logout(request._request)
        audit.record(Action.OFFICER_SIGNED_OUT, subject=f"officer:{officer.id}", actor=str(officer.id), at=now)


def code_make(*, officer: Officer, made_by: Officer, now: datetime) -> tuple[str, datetime]:
    """A one-time code for `officer`, shown once: (code as `XXXXX-XXXXX`, when it expires)."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    expires_at = now + settings.ENROLMENT_CODE_LIFE
    with transaction.atomic():
        row = EnrolmentCode.objects.create(
            digest=_digest(code), officer=officer, made_by=made_by, expires_at=expires_at
        )
        audit.record(Action.CODE_MADE, subject=f"code:{row.id}", actor=str(made_by.id), at=now, officer=str(officer.id))
    return f"{code[:5]}-{code[5:]}", expires_at


def code_text(*, server: str, code: str, now: datetime) -> str:
    """What the QR code says: where, the code, and the key with which that server proves itself, so that a phone that
    never met it trusts no other."""
    return f"kiemkhoang:{server}#{code}.{signing.key_ensure(now).id}"


def device_enrol(
    *, code: str, public_key: str, model: str, platform: str, now: datetime
) -> tuple[Device, Officer, str]:
    """Use up a code: the phone's key becomes known, its officer gets a token for this device.

    A key already known is the same phone with another officer. Problems `code_invalid`, `key_invalid`, `key_taken`.
    """
    try:
        key = signing.load_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Problem("key_invalid") from error
    with transaction.atomic():
        row = (
            EnrolmentCode.objects.select_for_update(of=("self",))
            .select_related("officer__unit__agency")
            .filter(digest=_digest(code), used_at=None, expires_at__gt=now, officer__is_active=True)
            .first()
        )
        if row is None or row.officer.unit is None:
            raise Problem("code_invalid")
        row.used_at = now
        row.save(update_fields=["used_at"])
        device = _device_for(
            row.officer.unit,
            key_id=signing.key_id(key),
            pem=signing.public_pem(key),
            model=model,
            platform=platform,
            now=now,
        )
        DeviceOfficer.objects.update_or_create(
            device=device, officer=row.officer, defaults={"revoked_at": None}, create_defaults={"since": now}
        )
        OfficerToken.objects.filter(device=device, user=row.officer).delete()
        tokens_expired_remove(officer=row.officer, now=now)
        _, token = OfficerToken.objects.create(row.officer, device=device)
        event = audit.record(
            Action.DEVICE_ENROLLED,
            subject=f"device:{device.id}",
            actor=str(row.officer.id),
            at=now,
            key=device.key_id,
            code=str(row.id),
        )
        if device.number is None:
            device.number = event.index
            device.save(update_fields=["number"])
    return device, row.officer, token


def _device_for(unit: Unit, *, key_id: str, pem: str, model: str, platform: str, now: datetime) -> Device:
    found = Device.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    device = found.filter(key_id=key_id).first()
    if device is None:
        try:
            with transaction.atomic():
                return Device.objects.create(
                    id=uuid7(now),
                    key_id=key_id,
                    public_key=pem,
                    model=model,
                    platform=platform,
                    unit=unit,
                    enrolled_at=now,
                )
        except IntegrityError:  # enrolled on another connection this instant
            device = Device.objects.select_related("unit").get(key_id=key_id)
    if device.unit.agency_id != unit.agency_id:
        raise Problem("key_taken")
    if device.revoked_at is not None:  # found again and enrolled anew by a supervisor's fresh code
        device.revoked_at = None
        device.save(update_fields=["revoked_at"])
    return device


def device_revoke(*, device: Device, by: Officer, now: datetime) -> Device:
    """Reading ends at once. What the phone sealed is still accepted (design §1.8)."""
    with transaction.atomic():
        # NO KEY: a plain lock holds up deliveries that merely name the device, which check that at their end, with the
        # head of the audit chain locked: a deadlock.
        device = Device.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(id=device.id)
        if device.revoked_at is None:
            device.revoked_at = now
            device.save(update_fields=["revoked_at"])
            OfficerToken.objects.filter(device=device).delete()
            audit.record(Action.DEVICE_REVOKED, subject=f"device:{device.id}", actor=str(by.id), at=now)
    return device


def device_officer_revoke(*, device: Device, officer_id: UUID, by: Officer, now: datetime) -> Device:
    """One officer may no longer read on this device; the others go on. What they sealed on it is still accepted, and
    flagged. Problem `not_found` for somebody who was never enrolled on it."""
    with transaction.atomic():
        found = DeviceOfficer.objects.select_for_update(of=("self",), no_key=True)
        row = found.filter(device=device, officer=officer_id).first()
        if row is None:
            raise Problem("not_found")
        if row.revoked_at is None:
            row.revoked_at = now
            row.save(update_fields=["revoked_at"])
            OfficerToken.objects.filter(device=device, user=officer_id).delete()
            audit.record(
                Action.DEVICE_OFFICER_REVOKED,
                subject=f"device:{device.id}",
                actor=str(by.id),
                at=now,
                officer=str(officer_id),
            )
    return device


def code_refuse_record(*, now: datetime) -> None:
    """Somebody tried a code that was none; what they typed is not kept, for it may be nearly right."""
    with transaction.atomic():
        audit.record(Action.CODE_REFUSED, subject="code:unknown", actor=audit.SYSTEM, at=now)


def _digest(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    return hashlib.sha256(plain.encode()).hexdigest()
