"""The law made computable: clauses with their text, dated numbers, rules, and the verdicts that follow from measures.

`national/` holds what applies everywhere; a district adds its own folder. Nothing here knows a database or a page.
"""
