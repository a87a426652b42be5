package io.mediakeep;

import io.mediakeep.failure.Causes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesBuilderLoader;
import org.apache.camel.spi.RoutesLoader;
import org.apache.camel.support.PluginHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hot reload that a broken file does not end: Camel takes the old routes away before it builds the new ones, so where these
 * cannot be built, what ran before is built again. Each file stands for itself, so one that is broken keeps no other from
 * being taken up. A file of templates, or of route configurations alone, waits for the next start, because routes have them
 * built in; so do the facts of a provider.
 */
final class RestoringRoutesLoader implements RoutesLoader {
    private static final Logger LOG = LoggerFactory.getLogger("mediakeep");
    private static final Pattern CONFIGURATION = Pattern.compile("(?m)^-? *routeConfiguration *:");
    private static final Pattern TEMPLATE = Pattern.compile("(?m)^-? *routeTemplate *:");
    private static final Pattern MADE =
            Pattern.compile("(?m)^-? *templatedRoute *:(?:\\R +(?!routeId).*)*\\R +routeId *: *\"?([A-Za-z0-9._-]+)");
    private static final Pattern ROUTE = Pattern.compile("(?m)^-? *route *:");

    private final RoutesLoader loader;
    private Consumer<Set<String>> updated = ids -> {};
    private volatile boolean replacing;
    private boolean ended;

    private RestoringRoutesLoader(RoutesLoader loader) {
        this.loader = loader;
    }

    /** To be called before routes are loaded. */
    static RestoringRoutesLoader install(CamelContext context) {
        RestoringRoutesLoader restoring = new RestoringRoutesLoader(PluginHelper.getRoutesLoader(context));
        context.getCamelContextExtension().addContextPlugin(RoutesLoader.class, restoring);
        return restoring;
    }

    /** Whether routes are being replaced, so that one may be missing that will be there in a moment. */
    boolean isReplacing() {
        return replacing;
    }

    /** @param listener gets the ids of the routes that were taken up, after each change */
    void tell(Consumer<Set<String>> listener) {
        updated = listener;
    }

    /** Lets a change that has begun come to its end, and none begin. */
    synchronized void end() {
        ended = true;
    }

    /** What is built from these remembers their texts. */
    @Override
    public Collection<RoutesBuilder> findRoutesBuilders(Collection<Resource> resources, boolean optional)
            throws Exception {
        List<Resource> texts = new ArrayList<>();
        for (Resource resource : resources) {
            texts.add(resource.exists() ? Text.of(resource) : resource);
        }
        return loader.findRoutesBuilders(texts, optional);
    }

    @Override
    public Collection<RoutesBuilder> findRoutesBuilders(Collection<Resource> resources) throws Exception {
        return findRoutesBuilders(resources, false);
    }

    @Override
    public synchronized Set<String> updateRoutes(Collection<Resource> resources) throws Exception {
        Set<String> ids = new LinkedHashSet<>();
        List<String> refused = new ArrayList<>();
        Exception first = null;
        replacing = true;
        try {
            for (Resource resource : resources) {
                Text text = Text.of(resource);
                if (text.isBlank() || ended) {
                    continue; // an editor empties a file before it writes it
                }
                if (text.isBuiltIn()) {
                    LOG.warn("{} is taken up at the next start: routes have what it says built in", text.uri());
                    continue;
                }
                Set<Text> before = running(text.uri());
                try {
                    ids.addAll(update(text));
                } catch (Exception e) {
                    refused.add(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
                    first = first == null ? e : first;
                    restore(before, text);
                }
            }
        } finally {
            replacing = false;
        }
        updated.accept(ids);
        if (first != null) {
            throw new IllegalStateException("what ran before goes on, because " + String.join("; ", refused), first);
        }
        return ids;
    }

    /** Camel updates the routes of a file, but leaves those that it makes of templates as they were. */
    private Set<String> update(Text text) throws Exception {
        Set<String> ids = new LinkedHashSet<>();
        for (RoutesBuilder builder : loader.findRoutesBuilders(List.of(text))) {
            if (builder instanceof RouteConfigurationsBuilder configurations) {
                configurations.updateRouteConfigurationsToCamelContext(getCamelContext());
            }
            ids.addAll(builder.updateRoutesToCamelContext(getCamelContext()));
            for (String id : text.madeOfTemplates()) {
                RouteDefinition old = model().getRouteDefinition(id);
                if (old != null) {
                    model().removeRouteDefinition(old);
                }
                ids.add(id);
            }
            builder.addTemplatedRoutesToCamelContext(getCamelContext());
        }
        return ids;
    }

    /** The texts of which the routes of a file were built, oldest first: one text may have told of a part of them. */
    private Set<Text> running(URI file) {
        return model().getRouteDefinitions().stream()
                .map(RouteDefinition::getResource)
                .filter(resource -> resource instanceof Text text && text.uri().equals(file))
                .map(Text.class::cast)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Takes away what came of a text that failed, and builds what ran before. */
    private void restore(Set<Text> before, Text failed) {
        try {
            for (RouteDefinition route : List.copyOf(model().getRouteDefinitions())) {
                if (failed.equals(route.getResource())) {
                    model().removeRouteDefinition(route);
                }
            }
            for (Text text : before) {
                update(text);
            }
        } catch (Exception e) {
            LOG.error("What ran before cannot be brought back, so routes are missing: {}", Causes.text(e), e);
        }
    }

    private Model model() {
        return getCamelContext().getCamelContextExtension().getContextPlugin(Model.class);
    }

    @Override
    public RoutesBuilderLoader getRoutesLoader(String extension) throws Exception {
        return loader.getRoutesLoader(extension);
    }

    @Override
    public void preParseRoute(Resource resource, boolean optional) throws Exception {
        loader.preParseRoute(resource, optional);
    }

    @Override
    public void initRoutesBuilderLoader(RoutesBuilderLoader given) {
        loader.initRoutesBuilderLoader(given);
    }

    @Override
    public boolean isIgnoreLoadingError() {
        return loader.isIgnoreLoadingError();
    }

    @Override
    public void setIgnoreLoadingError(boolean ignoreLoadingError) {
        loader.setIgnoreLoadingError(ignoreLoadingError);
    }

    @Override
    public CamelContext getCamelContext() {
        return loader.getCamelContext();
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        loader.setCamelContext(camelContext);
    }

    /** A route file as it was read once. */
    private record Text(Resource file, URI uri, byte[] bytes) implements Resource {
        static Text of(Resource resource) throws IOException {
            if (resource instanceof Text text) {
                return text;
            }
            try (InputStream in = resource.getInputStream()) {
                return new Text(resource, resource.getURI().normalize(), in.readAllBytes());
            }
        }

        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        boolean isBlank() {
            return text().isBlank();
        }

        /** The ids of the routes that it makes of templates. */
        List<String> madeOfTemplates() {
            return MADE.matcher(text()).results().map(made -> made.group(1)).toList();
        }

        boolean isBuiltIn() {
            String text = text();
            return TEMPLATE.matcher(text).find()
                    || CONFIGURATION.matcher(text).find()
                            && !ROUTE.matcher(text).find();
        }

        @Override
        public String getScheme() {
            return file.getScheme();
        }

        @Override
        public String getLocation() {
            return file.getLocation();
        }

        @Override
        public boolean exists() {
            return true;
        }

        @Override
        public URI getURI() {
            return uri;
        }

        @Override
        public URL getURL() throws MalformedURLException {
            return file.getURL();
        }

        @Override
        public InputStream getInputStream() {
            return new ByteArrayInputStream(bytes);
        }
    }
}
