"""The update graph: two phases with named state, and the passes over it.

``build`` makes it from a rule (``write_phases`` has each group's part), ``validate`` and ``cast``
guard what goes in, ``merge`` makes one step of the phases, ``explain`` prints it. No pass knows a
rule.
"""

from symopt.graph.build import Specification as Specification
from symopt.graph.build import build_grouped_graph as build_grouped_graph
from symopt.graph.build import build_update_graph as build_update_graph
from symopt.graph.build import specify as specify
from symopt.graph.merge import merge_phases as merge_phases
from symopt.graph.update_graph import Phase as Phase
from symopt.graph.update_graph import Update as Update
from symopt.graph.update_graph import UpdateGraph as UpdateGraph
from symopt.graph.write_phases import Group as Group
