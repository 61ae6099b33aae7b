"""What the applications that are under way would build, for whoever asks what a changed rule would mean to them."""

from __future__ import annotations

from collections.abc import Iterator

from hemei.core.access import Scope
from hemei.core.stepwise import stepwise
from hemei.programmes.building.queries.around import Neighbours
from hemei.programmes.building.queries.permits import PermitFilter, permits
from hemei.programmes.building.queries.placing import proposed
from hemei.terms.proposal import Proposal


def under_way(*, within: Scope) -> Iterator[tuple[int, Proposal]]:
    """Every open application of which a spot is known, with its proposal."""
    among = Neighbours()
    for permit in stepwise(permits(within=within, where=PermitFilter(state="open"))):
        proposal = proposed(permit, among)
        if proposal is not None:
            yield permit.pk, proposal
