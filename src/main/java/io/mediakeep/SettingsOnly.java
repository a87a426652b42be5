package io.mediakeep;

import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/** The settings of the product and the facts of its providers, without the product. Not thread-safe. */
final class SettingsOnly implements AutoCloseable {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Settings settings =
            new Settings(name -> context.getPropertiesComponent().resolveProperty(name));
    private final ProviderFacts facts;

    /** @param locations of the properties, as Camel takes them */
    SettingsOnly(String locations) {
        context.getPropertiesComponent().setLocation(locations);
        context.start();
        facts = Mediakeep.facts(context);
    }

    CamelContext context() {
        return context;
    }

    Settings settings() {
        return settings;
    }

    ProviderFacts facts() {
        return facts;
    }

    /** @throws io.mediakeep.settings.SettingException if a setting of one that is on is wrong */
    Providers providers() {
        return Providers.read(settings, facts.accounts().keySet());
    }

    @Override
    public void close() {
        context.stop();
    }
}
