package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mediakeep.provider.ShippedFacts;
import io.mediakeep.settings.SettingFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What {@code deploy/} names is there in the product. */
class DeployTest {
    private static final Path DEPLOY = Path.of("deploy");
    private static final Pattern VARIABLE = Pattern.compile("MEDIAKEEP_[A-Z0-9_]+");

    @Test
    void everyVariableIsASetting() throws IOException {
        Set<String> known = new TreeSet<>();
        for (String name : settings()) {
            known.add(UnknownSettings.variable(name));
            known.add(SettingFiles.variable(name));
        }
        Set<String> named = new TreeSet<>();
        for (Path file : files()) {
            VARIABLE.matcher(Files.readString(file)).results().forEach(found -> named.add(found.group()));
        }

        assertThat(named).hasSizeGreaterThan(10).isSubsetOf(known);
    }

    @Test
    void theAlertsSpeakWhenTheyShould() throws Exception {
        assumeTrue(isThere("promtool"), "promtool is not installed");
        assertThat(output(
                        "promtool",
                        "test",
                        "rules",
                        DEPLOY.resolve("prometheus/alerts.test.yaml").toString()))
                .contains("SUCCESS")
                .doesNotContain("FAILED");
    }

    /** Each alert has a case in which it speaks, and asks for metrics that there are. */
    @Test
    void everyAlertIsTriedAndAsksForWhatThereIs() throws IOException {
        String rules = Files.readString(DEPLOY.resolve("prometheus/alerts.yaml"));
        String tests = Files.readString(DEPLOY.resolve("prometheus/alerts.test.yaml"));
        String manual = Files.readString(Path.of("docs/operations.md"));
        Pattern.compile("alert: (\\w+)")
                .matcher(rules)
                .results()
                .forEach(alert ->
                        assertThat(tests).contains("alertname: " + alert.group(1) + "\n        exp_alerts:\n"));
        Pattern.compile("mediakeep_\\w+")
                .matcher(rules)
                .results()
                .forEach(metric -> assertThat(manual).contains("| `" + metric.group() + "` |"));
    }

    @Test
    void everyFileOfYamlCanBeReadAndListsWhatIsThere() throws IOException {
        for (Path file : files()) {
            if (file.toString().endsWith(".yaml")) {
                assertThat(documents(file)).as("%s", file).isNotEmpty().doesNotContainNull();
            }
        }
        Map<?, ?> list =
                documents(DEPLOY.resolve("kubernetes/kustomization.yaml")).get(0);
        for (Object resource : (List<?>) list.get("resources")) {
            assertThat(DEPLOY.resolve("kubernetes").resolve(resource.toString()))
                    .isRegularFile();
        }
    }

    @Test
    void everyFileOfASecretIsMounted() throws IOException {
        Map<?, ?> compose = documents(DEPLOY.resolve("compose/compose.yaml")).get(0);
        Set<String> there = ((Map<?, ?>) compose.get("secrets"))
                .keySet().stream().map(Object::toString).collect(Collectors.toSet());
        ((Map<?, ?>) compose.get("services")).forEach((name, service) -> {
            Object given = ((Map<?, ?>) service).get("secrets");
            List<?> mounted = given == null ? List.of() : (List<?>) given;
            Object environment = ((Map<?, ?>) service).get("environment");
            Stream<?> values = environment == null ? Stream.of() : ((Map<?, ?>) environment).values().stream();
            assertThat(values.map(Object::toString)
                            .filter(value -> value.startsWith("/run/secrets/"))
                            .map(value -> value.substring("/run/secrets/".length())))
                    .as("secrets of %s", name)
                    .allMatch(mounted::contains)
                    .allMatch(there::contains);
        });
    }

    @Test
    void kustomizeTakesTheFiles() throws Exception {
        assumeTrue(isThere("kubectl"), "kubectl is not on this machine");
        assertThat(output("kubectl", "kustomize", DEPLOY.resolve("kubernetes").toString()))
                .contains("kind: Deployment", "kind: PodDisruptionBudget", "kind: NetworkPolicy", "name: mediakeep-");
    }

    @Test
    void systemdTakesTheUnit() throws Exception {
        assumeTrue(isThere("systemd-analyze"), "systemd is not on this machine");
        // That the program is not installed here is no fault of the unit.
        assertThat(output(
                                "systemd-analyze",
                                "verify",
                                DEPLOY.resolve("systemd/mediakeep.service").toString())
                        .lines()
                        .filter(line -> line.contains("mediakeep.service"))
                        .filter(line -> !line.contains("/opt/mediakeep/bin/mediakeep is not executable")))
                .isEmpty();
    }

    private static Set<String> settings() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of("application.properties"))) {
            properties.load(reader);
        }
        Set<String> names = new TreeSet<>(properties.stringPropertyNames());
        names.addAll(ShippedFacts.read().keySet());
        for (String secret : List.of("callback-token", "callback-secret", "api-key")) {
            names.add("mediakeep.kling." + secret);
        }
        return names;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<Map<?, ?>> documents(Path file) throws IOException {
        List<Map<?, ?>> documents = new ArrayList<>();
        new Load(LoadSettings.builder().build())
                .loadAllFromString(Files.readString(file))
                .forEach(document -> documents.add((Map<?, ?>) document));
        return documents;
    }

    private static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static String output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return said;
    }
}
