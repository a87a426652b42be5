package io.mediakeep.operate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.ledger.UsageLedger;
import io.mediakeep.ledger.UsageLedger.Used;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What tasks have used and cost, by day, account, model and product, and what of it was paid and is lost. Exact: sums of the
 * decimals that providers wrote. Thread-safe.
 */
public final class Usage {
    private static final Set<String> KNOWN = Set.of("since", "until", "provider");
    private static final List<String> COLUMNS = List.of(
            "day",
            "provider",
            "model",
            "product",
            "succeeded",
            "failed",
            "units",
            "withoutUnits",
            "cost",
            "withoutPrice",
            "lost",
            "lostUnits",
            "lostCost");
    /** A spreadsheet would take these for a formula. */
    private static final String FORMULA = "=+-@\t\r";

    private final UsageLedger ledger;
    private final Prices prices;
    private final Clock clock;

    public Usage(UsageLedger ledger, Prices prices, Clock clock) {
        this.ledger = ledger;
        this.prices = prices;
        this.clock = clock;
    }

    /** One row, or the total. */
    private static final class Sum {
        private long succeeded;
        private long failed;
        private BigDecimal units = BigDecimal.ZERO;
        private long withoutUnits;
        private BigDecimal cost = BigDecimal.ZERO;
        private long withoutPrice;
        private long lost;
        private BigDecimal lostUnits = BigDecimal.ZERO;
        private BigDecimal lostCost = BigDecimal.ZERO;

        void add(Used used, BigDecimal each, BigDecimal price) {
            BigDecimal tasks = BigDecimal.valueOf(used.tasks());
            succeeded += used.failed() ? 0 : used.tasks();
            failed += used.failed() ? used.tasks() : 0;
            lost += used.lost() ? used.tasks() : 0;
            if (each != null) {
                units = units.add(each.multiply(tasks));
                lostUnits = used.lost() ? lostUnits.add(each.multiply(tasks)) : lostUnits;
            } else {
                withoutUnits += used.tasks();
            }
            // A failed task without units was not paid, as far as anybody says.
            if (each == null && used.failed()) {
                return;
            }
            if (price != null) {
                cost = cost.add(price.multiply(tasks));
                lostCost = used.lost() ? lostCost.add(price.multiply(tasks)) : lostCost;
            } else {
                withoutPrice += used.tasks();
            }
        }

        void put(Map<String, Object> row) {
            row.put("succeeded", succeeded);
            row.put("failed", failed);
            row.put("units", plain(units));
            row.put("withoutUnits", withoutUnits);
            row.put("cost", plain(cost));
            row.put("withoutPrice", withoutPrice);
            row.put("lost", lost);
            row.put("lostUnits", plain(lostUnits));
            row.put("lostCost", plain(lostCost));
        }

        private static String plain(BigDecimal value) {
            return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
        }
    }

    private record Key(LocalDate day, String provider, String model, String product) {}

    /** {@code GET /api/usage}; decimals are texts, so that nobody rounds them. */
    public Map<String, Object> json(String query) throws ApiException {
        Map<String, String> asked = ApiQuery.filters(query, KNOWN);
        Sum total = new Sum();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("since", since(asked).toString());
        answer.put("until", until(asked).toString());
        answer.put("currency", prices.currency().orElse(null));
        answer.put("rows", rows(asked, total));
        Map<String, Object> sum = new LinkedHashMap<>();
        total.put(sum);
        answer.put("total", sum);
        return answer;
    }

    /** {@code GET /api/usage.csv}: the same rows. */
    public String csv(String query) throws ApiException {
        CsvSchema.Builder schema = CsvSchema.builder().setUseHeader(true);
        COLUMNS.forEach(schema::addColumn);
        List<Map<String, Object>> rows = rows(ApiQuery.filters(query, KNOWN), new Sum());
        rows.forEach(row -> row.replaceAll(
                (name, value) -> value instanceof String text && !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0
                        ? "'" + text
                        : value));
        try {
            return new CsvMapper().writer(schema.build()).writeValueAsString(rows);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Map<String, Object>> rows(Map<String, String> asked, Sum total) throws ApiException {
        Map<Key, Sum> sums = new LinkedHashMap<>();
        Instant since = since(asked);
        Instant until = until(asked);
        try {
            ledger.read(since, until, asked.get("provider"), used -> {
                BigDecimal units = number(used.units());
                BigDecimal price =
                        prices.of(used.provider(), used.model(), units).orElse(null);
                sums.computeIfAbsent(
                                new Key(used.day(), used.provider(), used.model(), used.product()), key -> new Sum())
                        .add(used, units, price);
                total.add(used, units, price);
            });
        } catch (LedgerUnavailableException e) {
            throw new ApiException(503, "the ledger cannot be reached");
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        sums.forEach((key, sum) -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("day", key.day().toString());
            row.put("provider", key.provider());
            row.put("model", key.model());
            row.put("product", key.product());
            sum.put(row);
            rows.add(row);
        });
        return rows;
    }

    /** Null for what is no number: the provider told something else. */
    private static BigDecimal number(String units) {
        if (units == null || units.length() > 40) {
            return null;
        }
        try {
            BigDecimal number = new BigDecimal(units.strip());
            return Math.abs((long) number.scale()) > 40 ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private Instant since(Map<String, String> asked) throws ApiException {
        return asked.containsKey("since")
                ? day("since", asked.get("since"))
                : today().minusDays(29).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private Instant until(Map<String, String> asked) throws ApiException {
        return asked.containsKey("until")
                ? day("until", asked.get("until"))
                : today().plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static Instant day(String name, String value) throws ApiException {
        try {
            LocalDate day = LocalDate.parse(value);
            if (day.getYear() >= 2000 && day.getYear() < 10_000) {
                return day.atStartOfDay().toInstant(ZoneOffset.UTC);
            }
        } catch (DateTimeException e) {
            // as below
        }
        throw new ApiException(400, "'" + name + "' must be a day such as 2026-11-21");
    }
}
