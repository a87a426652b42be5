package io.mediakeep.ledger;

import io.mediakeep.database.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.util.function.Consumer;

/** What tasks have used, by the words of their providers. Thread-safe. */
public final class UsageLedger {
    private static final long DAY = 86_400_000;

    private final Ledger ledger;

    public UsageLedger(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * Tasks that ended and are alike.
     *
     * @param day    in UTC, on which the provider says that they were made, or else on which they were first seen
     * @param units  of each, as the provider wrote them; null where it told none
     * @param failed whether they failed
     * @param lost   whether they succeeded and a result of them is a dead letter
     */
    public record Used(
            LocalDate day,
            String provider,
            String model,
            String product,
            String units,
            boolean failed,
            boolean lost,
            long tasks) {}

    /**
     * Goes through all tasks of this time, by day, provider, model and product. Reads every one of them once.
     *
     * @param provider null for all
     */
    public void read(Instant since, Instant until, String provider, Consumer<Used> each) {
        Row row = Row.of("since", since.toEpochMilli())
                .with("until", until.toEpochMilli())
                .with("day", DAY)
                .text("provider", provider);
        ledger.read(h -> {
            ledger.query(h, "task-usage", row.values())
                    .map((rs, context) -> new Used(
                            LocalDate.ofEpochDay(rs.getLong("day")),
                            rs.getString("provider"),
                            rs.getString("model"),
                            rs.getString("product"),
                            rs.getString("units"),
                            rs.getString("status").equals("failed"),
                            rs.getInt("lost") > 0,
                            rs.getLong("tasks")))
                    .list()
                    .forEach(each);
            return null;
        });
    }
}
