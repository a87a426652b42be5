package io.mediakeep;

import static java.util.stream.Collectors.joining;

import io.mediakeep.provider.ProviderFacts;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings as the loaded route files use them: what a file names in {@code {{...}}} must be there, and is known, also
 * where a provider was added by a file of its own.
 */
final class RouteSettings {
    static final List<String> ENDPOINTS =
            List.of("mediakeep.announce.to", "mediakeep.dead-letter.to", "mediakeep.watch.from");

    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(\\??)(mediakeep\\.[A-Za-z0-9._-]+)(:[^}]*)?}}");
    /** {@code variables.work.filters} names settings of its provider. */
    private static final Pattern FILTERS = Pattern.compile("filters\\('([a-z0-9_,-]+)'\\)");

    private static final Pattern UNKNOWN_PARAMETERS = Pattern.compile("Unknown parameters=\\[\\{(.*)}]");
    private static final Pattern PARAMETER = Pattern.compile("(?:^|, )([A-Za-z0-9_.-]+)=");

    private final CamelContext context;
    private final Settings settings;
    /** Contents by location. */
    private final Map<String, String> files = new TreeMap<>();

    /** @param context whose routes are loaded and not made yet */
    RouteSettings(CamelContext context, Settings settings) {
        this.context = context;
        this.settings = settings;
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        for (RouteDefinition route : model.getRouteDefinitions()) {
            Resource file = route.getResource();
            if (file != null) {
                files.computeIfAbsent(file.getLocation(), location -> text(file));
            }
        }
    }

    /** @throws SettingException if a route could not work with the settings; a setting that nobody reads is a warning */
    void check(Providers providers, ProviderFacts facts) {
        files.forEach((file, content) -> checkPlaceholders(file, content, facts));
        providers.all().forEach(account -> checkKeep(account, facts));
        ENDPOINTS.forEach(this::checkEndpoint);

        Properties properties = context.getPropertiesComponent().loadProperties();
        properties.forEach((name, value) -> PLACEHOLDER
                .matcher(String.valueOf(value))
                .results()
                .forEach(placeholder -> settings.find(placeholder.group(2))));
        Set<String> given = new TreeSet<>(properties.stringPropertyNames());
        given.addAll(System.getProperties().stringPropertyNames());
        UnknownSettings.lines(settings.asked(), given, System.getenv().keySet()).forEach(LOG::warn);
    }

    private void checkPlaceholders(String file, String content, ProviderFacts facts) {
        Matcher placeholders = PLACEHOLDER.matcher(content);
        while (placeholders.find()) {
            boolean needed = placeholders.group(1).isEmpty() && placeholders.group(3) == null;
            if (!settings.isThere(placeholders.group(2)) && needed) {
                throw new SettingException(placeholders.group(2), "set, because " + file + " uses it", "is missing");
            }
        }
        FILTERS.matcher(content)
                .results()
                .forEach(filters -> facts.accounts().forEach((account, provider) -> {
                    if (content.contains("name: " + provider + "\n")) {
                        for (String name : filters.group(1).split(",")) {
                            settings.list("mediakeep." + account + ".list." + name.replace('_', '-'));
                        }
                    }
                }));
    }

    /** A role that the mapping does not know would keep nothing, and nobody would miss it. */
    private void checkKeep(ProviderSettings provider, ProviderFacts facts) {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        RouteDefinition mapping = model.getRouteDefinition(facts.accounts().get(provider.name()) + "-normalize");
        String content = mapping == null || mapping.getResource() == null
                ? null
                : files.get(mapping.getResource().getLocation());
        for (String role : provider.keep()) {
            if (content != null && !content.matches("(?s).*\\b" + Pattern.quote(role) + "\\b.*")) {
                throw Settings.wrong(
                        "mediakeep." + provider.name() + ".keep",
                        "a list of roles that the mapping in "
                                + mapping.getResource().getLocation() + " gives",
                        role);
            }
        }
    }

    private void checkEndpoint(String name) {
        String uri = settings.text(name);
        try {
            context.getEndpoint(uri);
        } catch (ResolveEndpointFailedException e) {
            throw new SettingException(name, "an endpoint that its component takes", "is not: " + reason(e));
        }
    }

    /** Neither the URI nor the value of a parameter, which may be secrets: what the component says has them in it. */
    private static String reason(ResolveEndpointFailedException e) {
        String said = String.valueOf(e.getMessage());
        Matcher unknown = UNKNOWN_PARAMETERS.matcher(said);
        if (unknown.find()) {
            return "it knows no parameter "
                    + PARAMETER
                            .matcher(unknown.group(1))
                            .results()
                            .map(p -> p.group(1))
                            .collect(joining(", "));
        }
        return said.contains("type conversion") ? "a parameter is of another type" : "it was refused";
    }

    private static String text(Resource file) {
        try (InputStream content = file.getInputStream()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
