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

    private static String prefix(String provider) {
        return "mediakeep." + provider + ".";
    }
}
