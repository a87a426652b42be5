package io.mediakeep.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/providers.md says of the files. {@code -Dproviders.write=true} writes the table anew. */
class ProvidersPageTest {
    private static final Path PAGE = Path.of("docs/providers.md");
    private static final Pattern TABLE = Pattern.compile(
            "(<!-- Made from the files by ProvidersPageTest. -->\n)(.*?)(\nEverything comes)", Pattern.DOTALL);

    @Test
    void theTableIsThatOfTheFiles() throws Exception {
        Map<String, Map<String, String>> providers = new TreeMap<>();
        ShippedFacts.read().forEach((setting, value) -> {
            String[] name = setting.split("\\.", 3);
            providers.computeIfAbsent(name[1], p -> new TreeMap<>()).put(name[2], value);
        });
        StringBuilder table = new StringBuilder("""

                | Provider | Name | Callbacks are signed by | Lists | Results live | Compared with its documentation | Only seen |
                | --- | --- | --- | --- | --- | --- | --- |
                """);
        providers.forEach((name, facts) -> table.append("| [")
                .append(facts.get("title"))
                .append("](providers/")
                .append(name)
                .append(".md) | `")
                .append(name)
                .append("` | ")
                .append(facts.get("signature").equals("none") ? "nothing" : "`" + facts.get("signature") + "`")
                .append(" | ")
                .append(lists(facts.getOrDefault("lists", "")))
                .append(" | ")
                .append(facts.get("retention"))
                .append(" | [")
                .append(facts.get("checked"))
                .append("](")
                .append(facts.get("documentation"))
                .append(") | ")
                .append(facts.getOrDefault("seen", ""))
                .append(" |\n"));

        String page = Files.readString(PAGE);
        if (Boolean.getBoolean("providers.write")) {
            page = TABLE.matcher(page)
                    .replaceFirst(
                            match -> java.util.regex.Matcher.quoteReplacement(match.group(1) + table + match.group(3)));
            Files.writeString(PAGE, page);
        }

        assertThat(page).contains(table);
        assertThat(providers.keySet())
                .allSatisfy(name ->
                        assertThat(Path.of("docs/providers", name + ".md")).exists());
    }

    private static String lists(String lists) {
        int number = lists.isEmpty() ? 0 : lists.split(",").length;
        return number == 0 ? "none" : String.valueOf(number);
    }

    @Test
    void everyFactIsNamed() throws Exception {
        String page = Files.readString(PAGE);

        assertThat(Arrays.stream(Provider.class.getMethods())
                        .map(Method::getName)
                        .filter(name -> name.startsWith("set"))
                        .map(name -> name.substring(3, 4).toLowerCase(Locale.ROOT) + name.substring(4)))
                .allSatisfy(fact -> assertThat(page).contains("`" + fact + "`"));
    }
}
