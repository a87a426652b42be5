package io.mediakeep.operate;

import io.mediakeep.settings.Settings;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The price table of the settings. Immutable, thread-safe. */
public final class Prices {
    private static final Pattern PRICE = Pattern.compile("\\d{1,9}(?:\\.\\d{1,9})?");
    private static final Pattern OF_A_MODEL = Pattern.compile("[^=]{1,200}=\\s*" + PRICE.pattern());
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    private final String currency;
    private final Map<String, Map<String, BigDecimal>> ofUnits = new HashMap<>();
    private final Map<String, Map<String, BigDecimal>> ofTasks = new HashMap<>();

    /** @throws io.mediakeep.settings.SettingException if one of them is wrong */
    public Prices(Settings settings, Collection<String> accounts) {
        String name = "mediakeep.currency";
        currency = settings.find(name)
                .map(word -> settings.matching(name, CURRENCY, "three letters such as USD"))
                .orElse(null);
        for (String account : accounts) {
            String prefix = "mediakeep." + account + ".";
            ofUnits.put(account, read(settings, prefix + "unit-price"));
            ofTasks.put(account, read(settings, prefix + "task-price"));
        }
    }

    /** By model; under the empty name what holds for all others. */
    private static Map<String, BigDecimal> read(Settings settings, String name) {
        Map<String, BigDecimal> prices = new HashMap<>();
        for (String entry : settings.list(name)) {
            int at = entry.lastIndexOf('=');
            boolean sound = at < 0
                    ? PRICE.matcher(entry).matches()
                    : OF_A_MODEL.matcher(entry).matches();
            if (!sound) {
                throw Settings.wrong(name, "a price such as 0.14, and prices of models such as kling-v2=0.28", entry);
            }
            prices.put(
                    at < 0 ? "" : entry.substring(0, at).strip(),
                    new BigDecimal(entry.substring(at + 1).strip()));
        }
        return Map.copyOf(prices);
    }

    /** Empty where none is set. */
    public Optional<String> currency() {
        return Optional.ofNullable(currency);
    }

    /**
     * What one task costs.
     *
     * @param units null where the provider tells none: then the price of a task counts
     * @return empty where no price is set for it
     */
    public Optional<BigDecimal> of(String account, String model, BigDecimal units) {
        Map<String, BigDecimal> prices = (units == null ? ofTasks : ofUnits).getOrDefault(account, Map.of());
        BigDecimal price = prices.getOrDefault(model == null ? "" : model, prices.get(""));
        return Optional.ofNullable(price).map(one -> units == null ? one : one.multiply(units));
    }
}
