package io.mediakeep.settings;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The providers that are switched on. Immutable, thread-safe. */
public final class Providers {
    private final Map<String, ProviderSettings> enabled;
    private final Set<String> known;

    private Providers(SortedMap<String, ProviderSettings> enabled, Collection<String> known) {
        this.known = Set.copyOf(known);
        this.enabled = java.util.Collections.unmodifiableMap(enabled);
    }

    /**
     * @param names the names found in the properties as {@code mediakeep.<name>.enabled}
     * @throws SettingException if a setting of an enabled provider is wrong
     */
    public static Providers read(Settings settings, Collection<String> names) {
        SortedMap<String, ProviderSettings> enabled = new TreeMap<>();
        for (String name : names) {
            String key = "mediakeep." + name + ".enabled";
            if (!ProviderSettings.NAME.matcher(name).matches()) {
                throw new SettingException(key, "named with a-z, 0-9 and -, at most 32 characters", "is not");
            }
            if (settings.flag(key)) {
                enabled.put(name, ProviderSettings.read(settings, name));
            }
        }
        return new Providers(enabled, names);
    }

    /** Whether the settings name the provider, on or off. */
    public boolean isKnown(String name) {
        return name != null && known.contains(name);
    }

    public Optional<ProviderSettings> find(String name) {
        return Optional.ofNullable(name == null ? null : enabled.get(name));
    }

    /** @throws IllegalArgumentException if the provider is unknown or off */
    public ProviderSettings get(String name) {
        return find(name).orElseThrow(() -> new IllegalArgumentException("no provider '" + name + "' is enabled"));
    }

    public Collection<ProviderSettings> all() {
        return enabled.values();
    }
}
