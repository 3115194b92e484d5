"""The experiments, in the order in which they run."""

from .cold import ColdMany, ColdOne
from .manifests import Manifests
from .memory import Memory
from .pushes import Pushes
from .small import Small
from .uncached import Uncached
from .start import Start
from .warm import Warm

ALL = (Manifests, Warm, Small, ColdOne, ColdMany, Pushes, Memory, Uncached, Start)
