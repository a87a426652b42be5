package io.mediakeep;

import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;

/** Makes the routes that each account has for itself, from the templates of {@code routes/provider.camel.yaml}. */
final class AccountRoutes {
    private static final List<String> OWN = List.of("poll", "read-tick", "read", "call");
    private static final List<String> PARTS = List.of("normalize", "page", "task", "tasks");

    private AccountRoutes() {}

    /** @param context whose routes are loaded and not made yet */
    static void add(CamelContext context, Providers providers, ProviderFacts facts) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        for (ProviderSettings account : providers.all()) {
            String name = account.name();
            String provider = facts.accounts().get(name);
            for (String own : OWN) {
                add(model, name + "-" + own, "account-" + own, Map.of("account", name));
            }
            for (String part : PARTS) {
                if (!provider.equals(name) && model.getRouteDefinition(provider + "-" + part) != null) {
                    add(
                            model,
                            name + "-" + part,
                            "account-part",
                            Map.of("account", name, "provider", provider, "part", part));
                }
            }
        }
    }

    /** A route of a file that has the name already is the account's own. */
    private static void add(Model model, String route, String template, Map<String, Object> parameters) {
        if (model.getRouteDefinition(route) != null) {
            return;
        }
        try {
            model.addRouteFromTemplate(route, template, parameters);
        } catch (Exception e) {
            throw new IllegalStateException("route " + route + " cannot be made: " + e.getMessage(), e);
        }
    }
}
