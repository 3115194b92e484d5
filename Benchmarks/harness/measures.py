"""What is measured, and what issue 2 asks of it."""

from dataclasses import dataclass

ROOST, NGINX, REGISTRY = "Roost", "nginx", "docker-registry"


@dataclass(frozen=True)
class Target:
    """A bound on Roost's ratio to `against`, or on its value when `against` is None. Sign: `>=`, `<=` or `==`."""

    against: str
    sign: str
    bound: float

    def met(self, value):
        """Whether a ratio (or value) is within the bound."""
        return {">=": value >= self.bound, "<=": value <= self.bound, "==": value == self.bound}[self.sign]


@dataclass(frozen=True)
class Measure:
    """One line of the table. `faster`: a duration, whose ratio is the other's divided by Roost's ("times faster")."""

    key: str
    title: str
    unit: str
    digits: int = 0
    faster: bool = False
    targets: tuple = ()

    def ratio(self, roost, other):
        """Roost's value against another's, the way round that the targets mean."""
        top, bottom = (other, roost) if self.faster else (roost, other)
        return top / bottom if bottom else float("inf")


class Row:
    """One experiment: its name for `--only`, what it measures, and on whom.

    `prepare` runs once, `begin_round` once a round, and `measure` once a round for each peer, in turns.
    """

    name = ""
    measures = ()
    peers = (ROOST, NGINX, REGISTRY)

    def prepare(self, stage):
        """Puts what the row needs on the servers."""

    def begin_round(self, stage):
        """Makes what must be fresh in each round."""

    def measure(self, stage, peer):
        """Returns {measure key: value} for one peer."""
        raise NotImplementedError
