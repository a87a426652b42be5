package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.mediakeep.provider.ShippedFacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The routes as shipped keep the form that people and visual editors read: canonical, described, with an id for each step. */
class RouteStyleTest {
    private static final Set<String> LANGUAGES = Set.of(
            "simple", "constant", "groovy", "method", "jsonpath", "header", "variable", "exchangeProperty", "language");
    private static final Set<String> EXPRESSIONS = Set.of("onWhen", "expression", "handled", "continued");
    private static final Pattern STAGE = Pattern.compile("\\$\\{variable\\.stage} == '([a-z]+)'");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^}]*)}}");

    private static final Map<Path, List<Map<String, Object>>> FILES = new LinkedHashMap<>();
    private static final List<Map<String, Object>> ROUTES = new ArrayList<>();
    private static final List<Map<String, Object>> CONFIGURATIONS = new ArrayList<>();
    private static final List<Map<String, Object>> TEMPLATES = new ArrayList<>();
    private static final List<Map<String, Object>> TEMPLATED = new ArrayList<>();

    @BeforeAll
    @SuppressWarnings("unchecked")
    static void read() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".camel.yaml"))
                    .sorted()
                    .toList()) {
                Object content = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
                FILES.put(file, (List<Map<String, Object>>) content);
            }
        }
        for (List<Map<String, Object>> file : FILES.values()) {
            for (Map<String, Object> entry : file) {
                entry.forEach((kind, value) -> {
                    if (kind.equals("route")) {
                        ROUTES.add((Map<String, Object>) value);
                    } else if (kind.equals("routeTemplate")) {
                        TEMPLATES.add((Map<String, Object>) value);
                    } else if (kind.equals("templatedRoute")) {
                        TEMPLATED.add((Map<String, Object>) value);
                    } else if (kind.equals("routeConfiguration")) {
                        CONFIGURATIONS.add((Map<String, Object>) value);
                    }
                });
            }
        }
        assertThat(ROUTES).hasSizeGreaterThan(20);
    }

    @Test
    void everyFileFitsTheSchemaOfTheYamlDsl() throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode definition;
        try (InputStream schema = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            definition = json.readTree(schema);
        }
        JsonSchema schema =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(definition);
        List<String> problems = new ArrayList<>();
        FILES.forEach((file, content) -> schema.validate(json.valueToTree(content)).stream()
                // The schema does not know that a setting may stand for a boolean.
                .filter(problem ->
                        !PLACEHOLDER.matcher(problem.getInstanceNode().asText()).matches())
                .forEach(problem -> problems.add(file + ": " + problem.getMessage())));
        assertThat(problems).isEmpty();
    }

    @Test
    void everyRouteAndConfigurationHasAnIdAndADescription() {
        for (Map<String, Object> described : Stream.of(ROUTES, CONFIGURATIONS, TEMPLATES)
                .flatMap(List::stream)
                .toList()) {
            assertThat(described.get("id")).as("id of %s", described).isInstanceOf(String.class);
            assertThat(described.get("description"))
                    .as("description of %s", described.get("id"))
                    .isInstanceOf(String.class);
        }
    }

    @Test
    void everyStepHasAnId() {
        List<String> without = new ArrayList<>();
        steps((owner, kind, step) -> {
            if (!(step instanceof Map<?, ?> map) || !(map.get("id") instanceof String)) {
                without.add(owner + ": " + kind + " " + step);
            }
        });
        assertThat(without).isEmpty();
    }

    @Test
    void noIdIsUsedTwice() {
        List<String> ids = new ArrayList<>();
        ROUTES.forEach(route -> ids.add((String) route.get("id")));
        CONFIGURATIONS.forEach(configuration -> ids.add((String) configuration.get("id")));
        steps((owner, kind, step) -> {
            if (step instanceof Map<?, ?> map && map.get("id") instanceof String id) {
                ids.add(id);
            }
        });
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void everyExpressionIsWrittenInFull() {
        List<String> shortForms = new ArrayList<>();
        FILES.forEach((file, content) -> walk(file.toString(), "", content, (path, parent, key, value) -> {
            boolean ofBean = key.equals("method") && Set.of("bean", "method").contains(parent);
            if (LANGUAGES.contains(key) && !parent.equals("parameters") && !ofBean) {
                // A visual editor writes the branches of a choice in the short form itself.
                if (!parent.equals("when") && (!EXPRESSIONS.contains(parent) || !(value instanceof Map))) {
                    shortForms.add(path + "/" + key);
                }
            }
            if (key.equals("uri") && value instanceof String uri && !isCanonical(parent, uri)) {
                shortForms.add(path + "/uri " + uri);
            }
        }));
        assertThat(shortForms).isEmpty();
    }

    /** Options stand in parameters; only a dynamic endpoint, or one that a setting names, is one text. */
    private static boolean isCanonical(String parent, String uri) {
        return parent.equals("toD") || uri.matches("\\{\\{.+}}") || uri.matches("[a-z0-9-]+");
    }

    @Test
    void everyChannelIsWrittenAndRead() {
        Set<String> read = new LinkedHashSet<>();
        Set<String> written = new LinkedHashSet<>();
        Set<Pattern> dynamic = new LinkedHashSet<>();
        List<Object> all = new ArrayList<>();
        FILES.values()
                .forEach(content -> content.stream()
                        .filter(entry -> !entry.containsKey("routeTemplate"))
                        .forEach(all::add));
        all.addAll(made());
        walk("routes", "", all, (path, parent, key, value) -> {
            if (!(value instanceof Map<?, ?> endpoint) || !(endpoint.get("uri") instanceof String uri)) {
                if (key.equals("deadLetterUri")) {
                    written.add((String) value);
                }
                return;
            }
            String name = endpoint.get("parameters") instanceof Map<?, ?> parameters
                    ? String.valueOf(parameters.get("name"))
                    : "";
            if (key.equals("toD")) {
                String channel = uri.replaceFirst("\\?.*", "");
                dynamic.add(Pattern.compile(Stream.of(channel.split("\\$\\{[^}]*}", -1))
                        .map(Pattern::quote)
                        .reduce((a, b) -> a + "[a-z0-9-]+" + b)
                        .orElseThrow()));
            } else if (uri.equals("direct") || uri.equals("seda")) {
                (key.equals("from") ? read : written).add(uri + ":" + name);
            }
        });
        assertThat(read).containsAll(written);
        for (Pattern pattern : dynamic) {
            assertThat(read)
                    .as("who reads %s", pattern)
                    .anyMatch(channel -> pattern.matcher(channel).matches());
        }
        assertThat(read)
                .allMatch(channel -> written.contains(channel)
                        || dynamic.stream()
                                .anyMatch(pattern -> pattern.matcher(channel).matches()));
    }

    /**
     * A route that others call must leave their failures to the caller, or name its own configuration: Camel's default
     * handler would end the exchange, and no dead letter would be written. The demo's simulated providers write none.
     */
    @Test
    void everyCalledRouteSaysWhereItsFailuresGo() {
        Set<Object> known = new LinkedHashSet<>();
        CONFIGURATIONS.forEach(configuration -> known.add(configuration.get("id")));
        for (Map<String, Object> route : ROUTES) {
            Object configuration = route.get("routeConfigurationId");
            assertThat(configuration == null || known.contains(configuration))
                    .as("%s names a configuration that exists", route.get("id"))
                    .isTrue();
            boolean demo = route.get("id").toString().contains("-demo");
            if (!demo && route.get("from") instanceof Map<?, ?> from && "direct".equals(from.get("uri"))) {
                assertThat(configuration != null || route.containsKey("errorHandler"))
                        .as("%s has a routeConfigurationId or an errorHandler", route.get("id"))
                        .isTrue();
            }
        }
    }

    /** The Dead Letter Channel decides by the stage: a failure before it is named would be nobody's. */
    @Test
    void everyRouteWhoseFailuresAreDecidedNamesItsStageFirst() {
        Set<String> decided = new LinkedHashSet<>();
        List<Object> otherwise = new ArrayList<>();
        Map<String, Object> deadLetter = route("dead-letter");
        walk("dead-letter", "", deadLetter, (path, parent, key, value) -> {
            Matcher stage = STAGE.matcher(String.valueOf(value));
            if (stage.matches()) {
                decided.add(stage.group(1));
            }
            if (key.equals("otherwise")) {
                otherwise.add(value);
            }
        });
        assertThat(decided).hasSizeGreaterThan(3);
        assertThat(otherwise).as("what happens to an unknown stage").hasSize(1);

        for (Map<String, Object> route : ROUTES) {
            if ("work-errors".equals(route.get("routeConfigurationId"))) {
                assertThat(firstStep(route))
                        .as("first step of %s", route.get("id"))
                        .isEqualTo(Map.of("setVariable", "stage"));
                assertThat(decided).as("stages, for %s", route.get("id")).contains(stage(route));
            }
        }
    }

    /** Each template as Camel makes a route of it: for two accounts of one provider, and as the providers' files use it. */
    private static List<Object> made() {
        List<Object> routes = new ArrayList<>();
        for (Map<String, Object> template : TEMPLATES) {
            String id = (String) template.get("id");
            for (String account : List.of("kling", "kling-eu")) {
                if (id.equals("account-part")) {
                    List.of("normalize", "page", "task")
                            .forEach(part -> routes.add(filled(
                                    template, Map.of("account", "kling-eu", "provider", "kling", "part", part))));
                } else if (id.startsWith("account-")) {
                    routes.add(filled(template, Map.of("account", account)));
                }
            }
        }
        for (Map<String, Object> use : TEMPLATED) {
            Map<String, String> parameters = new LinkedHashMap<>();
            ((List<?>) use.get("parameters"))
                    .forEach(p -> parameters.put(
                            String.valueOf(((Map<?, ?>) p).get("name")), String.valueOf(((Map<?, ?>) p).get("value"))));
            routes.add(filled(
                    TEMPLATES.stream()
                            .filter(template -> template.get("id").equals(use.get("routeTemplateRef")))
                            .findFirst()
                            .orElseThrow(),
                    parameters));
        }
        return routes;
    }

    private static Object filled(Object node, Map<String, String> parameters) {
        if (node instanceof List<?> list) {
            return list.stream().map(item -> filled(item, parameters)).toList();
        }
        if (node instanceof Map<?, ?> map) {
            Map<Object, Object> filled = new LinkedHashMap<>();
            map.forEach((key, value) -> filled.put(key, filled(value, parameters)));
            return filled;
        }
        String text = String.valueOf(node);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            text = text.replace("{{" + parameter.getKey() + "}}", parameter.getValue());
        }
        return node instanceof String ? text : node;
    }

    @Test
    void everyTemplateAndEachOfItsParametersIsDescribedAndUsed() {
        for (Map<String, Object> template : TEMPLATES) {
            String text = template.get("route").toString();
            for (Object parameter : (List<?>) template.get("parameters")) {
                Map<?, ?> declared = (Map<?, ?>) parameter;
                assertThat(declared.get("description"))
                        .as("%s of %s", parameter, template.get("id"))
                        .isNotNull();
                assertThat(text).contains("{{" + declared.get("name") + "}}");
            }
        }
        for (Map<String, Object> use : TEMPLATED) {
            assertThat(use.get("routeId")).isInstanceOf(String.class);
        }
    }

    @Test
    void everyPlaceholderIsASettingWithoutADefaultOfItsOwn() throws IOException {
        Properties settings = new Properties();
        settings.putAll(ShippedFacts.read());
        try (Stream<Path> files = Files.list(Path.of("."))) {
            for (Path file : files.filter(f -> f.getFileName().toString().matches("application.*\\.properties"))
                    .toList()) {
                try (InputStream content = Files.newInputStream(file)) {
                    settings.load(content);
                }
            }
        }
        Set<Object> parameters = new LinkedHashSet<>();
        TEMPLATES.forEach(template -> ((List<?>) template.get("parameters"))
                .forEach(parameter -> parameters.add(((Map<?, ?>) parameter).get("name"))));
        for (Path file : FILES.keySet()) {
            boolean ofProvider = file.startsWith("routes/providers");
            Matcher placeholders =
                    PLACEHOLDER.matcher(Files.readString(file).replace("mediakeep.{{account}}.", "mediakeep.kling."));
            while (placeholders.find()) {
                String name = placeholders.group(1);
                if (parameters.contains(name) || ofProvider && name.matches("mediakeep\\.[a-z]+\\.[a-z-]+:[a-z]+")) {
                    continue; // what only one provider has stands in its file
                }
                assertThat(settings.stringPropertyNames())
                        .as("settings that %s uses", file)
                        .contains(name);
            }
        }
    }

    @Test
    void commentsStandOnlyAtTheTopOfAFile() throws IOException {
        for (Path file : FILES.keySet()) {
            List<String> lines = Files.readAllLines(file);
            assertThat(lines.get(0)).as("first line of %s", file).startsWith("#");
            assertThat(lines.stream().dropWhile(line -> line.startsWith("#")))
                    .as("%s, where a visual editor would delete it", file)
                    .noneMatch(line -> line.strip().startsWith("#"));
        }
    }

    // ---- helpers

    private static Map<String, Object> route(String id) {
        return ROUTES.stream()
                .filter(route -> id.equals(route.get("id")))
                .findFirst()
                .orElseThrow();
    }

    private static Map<?, ?> first(Map<String, Object> route) {
        return (Map<?, ?>) ((List<?>) ((Map<?, ?>) route.get("from")).get("steps")).get(0);
    }

    /** Its kind, and the name of the variable that it sets. */
    private static Map<String, Object> firstStep(Map<String, Object> route) {
        Map.Entry<?, ?> step = first(route).entrySet().iterator().next();
        return Map.of((String) step.getKey(), String.valueOf(((Map<?, ?>) step.getValue()).get("name")));
    }

    private static String stage(Map<String, Object> route) {
        Map<?, ?> expression =
                (Map<?, ?>) ((Map<?, ?>) first(route).values().iterator().next()).get("expression");
        return String.valueOf(((Map<?, ?>) expression.get("constant")).get("expression"));
    }

    private interface StepVisitor {
        void visit(String owner, String kind, Object step);
    }

    private interface Visitor {
        void visit(String path, String parent, String key, Object value);
    }

    private static void steps(StepVisitor visitor) {
        FILES.forEach((file, content) -> walk(file.toString(), "", content, (path, parent, key, value) -> {
            if (key.equals("steps") && value instanceof List<?> list) {
                for (Object step : list) {
                    ((Map<?, ?>) step).forEach((kind, body) -> visitor.visit(path, (String) kind, body));
                }
            }
        }));
    }

    /** Every member of every map; {@code parent} is the name of the map, or of the list that the map stands in. */
    private static void walk(String path, String parent, Object node, Visitor visitor) {
        if (node instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                walk(path + "[" + i + "]", parent, list.get(i), visitor);
            }
        } else if (node instanceof Map<?, ?> map) {
            String place = map.get("id") instanceof String id ? path + "(" + id + ")" : path;
            map.forEach((key, value) -> {
                visitor.visit(place, parent, (String) key, value);
                walk(place + "/" + key, (String) key, value, visitor);
            });
        }
    }
}
