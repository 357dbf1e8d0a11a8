// Which decisions stand: each person's newest that was not taken back. Pure.

/** Rows {decision, withdrawn, older}, in the order given: newest first. */
export function standingDecisions(decisions) {
  const decided = new Set(); // who has a newer one that stands
  return decisions.map((decision) => {
    const withdrawn = decision.withdrawn_at !== null;
    const who = decision.mine ? "me" : `by ${decision.by}`;
    const older = decided.has(who);
    if (!withdrawn) decided.add(who);
    return { decision, withdrawn, older };
  });
}
