package io.mediakeep.provider;

import io.mediakeep.settings.Settings;
import java.util.List;

/**
 * Where a provider keeps tasks: the lists that are polled, or, where it has none, the products that a task can be read
 * from. Thread-safe.
 */
public final class Products {
    private final Settings settings;

    public Products(Settings settings) {
        this.settings = settings;
    }

    /** Whether the provider has lists at all; else every open task is watched. */
    public boolean isListed(String provider) {
        return !settings.list(prefix(provider) + "lists").isEmpty();
    }

    /** {@code mediakeep.<p>.lists} without those of {@code .api-key-lists} while there is no API key. */
    public List<String> lists(String provider) {
        List<String> lists = settings.list(prefix(provider) + "lists");
        if (settings.find(prefix(provider) + "api-key").isPresent()) {
            return lists;
        }
        List<String> needKey = settings.list(prefix(provider) + "api-key-lists");
        return lists.stream().filter(list -> !needKey.contains(list)).toList();
    }

    /** {@code mediakeep.<p>.products}, else its lists; empty if the provider makes no difference. */
    public List<String> of(String provider) {
        List<String> products = settings.list(prefix(provider) + "products");
        return products.isEmpty() ? lists(provider) : products;
    }

    /** The setting that {@link #of} reads. */
    public String setting(String provider) {
        String products = prefix(provider) + "products";
        return settings.list(products).isEmpty() ? prefix(provider) + "lists" : products;
    }

    /** {@code mediakeep.<p>.batch}: how many tasks one call reads; 1 where there is no such call. */
    public int batch(String provider) {
        String batch = prefix(provider) + "batch";
        boolean possible = batchProduct(provider).isEmpty() || of(provider).contains(batchProduct(provider));
        return possible && settings.find(batch).isPresent() ? settings.number(batch, 1, 500) : 1;
    }

    /** {@code mediakeep.<p>.batch-product}: where that call asks; empty if the provider makes no difference. */
    public String batchProduct(String provider) {
        return settings.find(prefix(provider) + "batch-product").orElse("");
    }

    private static String prefix(String provider) {
        return "mediakeep." + provider + ".";
    }
}
