"""What may leave the phone over which network. The officer chooses; what is not known to be Wi-Fi is paid for."""

from enum import StrEnum

from mobile.ports import Network, NetworkKind, Preferences
from shared.problems import Problem, Text

PREFERENCE = "traffic"


class Policy(StrEnum):
    EVERYTHING = "everything"
    FILES_ON_WIFI = "files_on_wifi"
    ALL_ON_WIFI = "all_on_wifi"


WORDS = {
    Policy.EVERYTHING: Text("Gửi qua mọi mạng", "Send over any network"),
    Policy.FILES_ON_WIFI: Text(
        "Phiếu qua mọi mạng, tệp chỉ qua Wi-Fi", "Reports over any network, files over Wi-Fi only"
    ),
    Policy.ALL_ON_WIFI: Text("Chỉ gửi qua Wi-Fi", "Send over Wi-Fi only"),
}


class Traffic:
    """Asked before each request, so that a phone that leaves its Wi-Fi stops at the piece it is sending."""

    def __init__(self, network: Network, preferences: Preferences) -> None:
        self._network, self._preferences = network, preferences

    @property
    def policy(self) -> Policy:
        """Everything goes until the officer chose; what a newer version of the app chose here and this one does not
        know counts as the most careful."""
        chosen = self._preferences.get(PREFERENCE)
        if chosen is None:
            return Policy.EVERYTHING
        return Policy(chosen) if chosen in set(Policy) else Policy.ALL_ON_WIFI

    def choose(self, policy: Policy) -> None:
        self._preferences.put(PREFERENCE, policy.value)

    def report_may(self) -> None:
        """For reports and all that is not a file: Problem `waits_for_wifi` when it may not leave now."""
        self._may(self.policy is not Policy.ALL_ON_WIFI)

    def file_may(self) -> None:
        """Problem `waits_for_wifi`."""
        self._may(self.policy is Policy.EVERYTHING)

    def files_wait(self) -> bool:
        try:
            self.file_may()
        except Problem:
            return True
        return False

    def _may(self, anywhere: bool) -> None:
        if not anywhere and self._network.kind() is not NetworkKind.WIFI:
            raise Problem("waits_for_wifi")
