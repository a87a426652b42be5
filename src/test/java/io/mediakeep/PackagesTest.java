package io.mediakeep;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of packages in docs/architecture.md is the code's: which there are, what each uses, and that all look down. */
class PackagesTest {
    private static final String ROOT = PackagesTest.class.getPackageName();
    private static final Pattern LIST = Pattern.compile("## Packages\n.*?```text\n(.*?)```", Pattern.DOTALL);

    @Test
    void eachPackageUsesWhatTheDocumentSays() throws IOException {
        assertThat(lines(new TreeMap<>(documented()))).isEqualTo(lines(used()));
    }

    @Test
    void eachPackageUsesOnlyThoseBelowIt() throws IOException {
        List<String> above = new ArrayList<>();
        documented().forEach((name, uses) -> {
            above.add(name);
            assertThat(uses).as("what %s uses", name).doesNotContainAnyElementsOf(above);
        });
    }

    private static String lines(Map<String, Set<String>> packages) {
        StringBuilder lines = new StringBuilder();
        packages.forEach((name, uses) ->
                lines.append(name).append(" -> ").append(String.join(" ", uses)).append('\n'));
        return lines.toString();
    }

    /** From top to bottom, as the document has them. */
    private static Map<String, Set<String>> documented() throws IOException {
        Matcher list = LIST.matcher(Files.readString(Path.of("docs/architecture.md")));
        assertThat(list.find()).as("docs/architecture.md has the list").isTrue();
        Map<String, Set<String>> packages = new LinkedHashMap<>();
        list.group(1).lines().forEach(line -> {
            String[] parts = line.split("->", 2);
            Set<String> uses = new TreeSet<>();
            Stream.of(parts[1].split(" ")).filter(name -> !name.isBlank()).forEach(uses::add);
            assertThat(packages.put(parts[0].strip(), uses)).as(line).isNull();
        });
        return packages;
    }

    /** Without the classes above all packages, which put the parts together. */
    private static Map<String, Set<String>> used() {
        Map<String, Set<String>> packages = new TreeMap<>();
        for (JavaClass origin : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT)) {
            if (origin.getPackageName().equals(ROOT)) {
                continue;
            }
            Set<String> uses = packages.computeIfAbsent(name(origin), name -> new TreeSet<>());
            origin.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(target -> (target.getPackageName() + ".").startsWith(ROOT + "."))
                    .map(PackagesTest::name)
                    .filter(name -> !name.equals(name(origin)))
                    .forEach(uses::add);
        }
        return packages;
    }

    private static String name(JavaClass type) {
        String inside = type.getPackageName().substring(ROOT.length());
        return inside.isEmpty() ? ROOT : inside.substring(1);
    }
}
