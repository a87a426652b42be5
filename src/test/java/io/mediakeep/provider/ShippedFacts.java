package io.mediakeep.provider;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.impl.DefaultCamelContext;

/** What the files of the shipped providers say, as settings. */
public final class ShippedFacts {
    private ShippedFacts() {}

    /** By the name of the setting. */
    public static Map<String, String> read() {
        Map<String, String> settings = new TreeMap<>();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            ProviderFacts facts = ProviderFacts.install(context, "file:routes/providers/*.camel.yaml");
            context.getRegistry()
                    .findByTypeWithName(Provider.class)
                    .forEach((name, provider) -> provider.facts()
                            .forEach((fact, value) -> settings.put("mediakeep." + name + "." + fact, value)));
            facts.accounts().keySet().forEach(name -> settings.put("mediakeep." + name + ".enabled", "false"));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return settings;
    }
}
