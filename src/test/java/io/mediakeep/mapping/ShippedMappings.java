package io.mediakeep.mapping;

import io.mediakeep.event.StrictJson;
import io.mediakeep.event.TaskEvent;
import io.mediakeep.event.TaskEventReader;
import io.mediakeep.event.TaskEventSchema;
import io.mediakeep.provider.ShippedFacts;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** The mappings in routes/ and docs/examples, with the settings of application.properties. */
final class ShippedMappings implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

    private final StrictJson json = new StrictJson();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Map<String, String> routes = Map.of(
            "kling", "routes/providers/kling.camel.yaml",
            "vidu", "routes/providers/vidu.camel.yaml",
            "suno", "routes/providers/suno.camel.yaml",
            "ark", "routes/providers/ark.camel.yaml");
    private final TaskEventReader reader;
    private final ProducerTemplate template;

    ShippedMappings() {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("application.properties"))) {
            settings.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings.putAll(ShippedFacts.read());
        settings.put("mediakeep.ark.keep", "video,last-frame");
        routes.keySet().forEach(provider -> {
            settings.put("mediakeep." + provider + ".enabled", "true");
            settings.put("mediakeep." + provider + ".api-key", "key");
        });
        reader = new TaskEventReader(
                Providers.read(new Settings(name -> Optional.ofNullable(settings.getProperty(name))), routes.keySet()),
                new TaskEventSchema(),
                Clock.fixed(NOW, ZoneOffset.UTC));
        context.getRegistry().bind("mappingShells", new MappingShells());
        try {
            for (Map.Entry<String, String> route : routes.entrySet()) {
                String text = Files.readString(Path.of(route.getValue()));
                int begin = text.indexOf("- route:\n    id: " + route.getKey() + "-normalize");
                String mapping = text.substring(begin, text.indexOf("\n- templatedRoute:", begin + 1) + 1);
                PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.fromString(route.getKey() + ".camel.yaml", mapping));
            }
            context.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        template = context.createProducerTemplate();
    }

    TaskEvent event(String provider, String payload) {
        return event(provider, json.readObject(payload.getBytes(StandardCharsets.UTF_8)));
    }

    TaskEvent event(String provider, Map<String, Object> payload) {
        return reader.read(provider, template.requestBody("direct:" + provider + "-normalize", payload));
    }

    @Override
    public void close() {
        context.stop();
    }
}
