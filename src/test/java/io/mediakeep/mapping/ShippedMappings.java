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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** The mappings in routes/providers, with the settings of application.properties. */
final class ShippedMappings implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

    private static final Path FOLDER = Path.of("routes/providers");
    private static final String ENDING = ".camel.yaml";

    private final StrictJson json = new StrictJson();
    private final DefaultCamelContext context = new DefaultCamelContext();
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
        Set<String> names = names();
        names.forEach(provider -> {
            settings.put("mediakeep." + provider + ".enabled", "true");
            settings.put("mediakeep." + provider + ".api-key", "key");
            settings.putIfAbsent("mediakeep." + provider + ".api-url", "https://api.example.test");
        });
        reader = new TaskEventReader(
                Providers.read(new Settings(name -> Optional.ofNullable(settings.getProperty(name))), names),
                new TaskEventSchema(),
                Clock.fixed(NOW, ZoneOffset.UTC));
        context.getRegistry().bind("mappingShells", new MappingShells());
        try {
            for (String name : names) {
                String text = Files.readString(FOLDER.resolve(name + ENDING));
                int begin = text.indexOf("- route:\n    id: " + name + "-normalize");
                String mapping = text.substring(begin, text.indexOf("\n- templatedRoute:", begin + 1) + 1);
                PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString(name + ENDING, mapping));
            }
            context.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        template = context.createProducerTemplate();
    }

    /** Every provider that is shipped. */
    static Set<String> names() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING))
                    .map(name -> name.substring(0, name.length() - ENDING.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
