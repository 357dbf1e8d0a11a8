// Which decisions stand: each person's newest that was not taken back. Pure.

/** Rows {decision, withdrawn, older}, newest first; withdrawals become a mark on what they take back. */
export function standing(decisions) {
  const takenBack = new Set(decisions.map((one) => one.withdraws).filter(Boolean));
  const spoken = new Set(); // who has a newer one that stands
  return decisions
    .filter((one) => !one.withdraws)
    .map((decision) => {
      const withdrawn = Boolean(decision.withdrawn_at) || decision.withdrawn === true || takenBack.has(decision.id);
      const who = decision.key ?? decision.by;
      const older = spoken.has(who);
      if (!withdrawn) spoken.add(who);
      return { decision, withdrawn, older };
    });
}

/** Whether the decisions that stand say different things. */
export function disagreement(rows) {
  const words = rows
    .filter((row) => !row.withdrawn && !row.older)
    .map((row) => row.decision.decision)
    .filter((word) => word !== "cannot_tell"); // which is no view
  return new Set(words).size > 1;
}
