from hemei.terms.finding import FindingKind

FINDINGS: list[FindingKind] = []
