package io.mediakeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Replays dead letters of the product that runs. */
@Command(
        name = "replay",
        description = {
            "Replays dead letters of the product that runs: those that are named, or all that match.",
            "Ends with 1 if a letter stays, and says why."
        },
        mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
    /** Most that the API replays at a time. */
    private static final int PORTION = 10_000;

    private static final int MOST_PORTIONS = 100;

    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private Which which;

    @Option(names = "--json", description = "Prints JSON: how many, and why the others stay.")
    private boolean json;

    /** Nothing of it means nothing, and not everything. */
    private static final class Which {
        @Parameters(
                paramLabel = "ID",
                arity = "1..*",
                description = "Ids of letters, as the API and the console show them.")
        private List<Long> ids;

        @ArgGroup(exclusive = false)
        private Filter filter;

        @Option(names = "--all", description = "All open letters.")
        private boolean all;
    }

    private static final class Filter {
        @Option(names = "--reason", paramLabel = "REASON", description = "Letters with this reason.")
        private String reason;

        @Option(names = "--provider", paramLabel = "PROVIDER", description = "Letters of this provider or account.")
        private String provider;
    }

    private final Map<String, Integer> skipped = new TreeMap<>();
    private int replayed;

    @Override
    public Integer call() throws Exception {
        try (SettingsOnly settings = new SettingsOnly(commands.locations())) {
            RunningProduct product = new RunningProduct(settings.settings());
            if (which.ids != null) {
                for (long id : which.ids) {
                    one(product, id);
                }
            } else {
                matching(product);
            }
        }
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("replayed", replayed);
            answer.put("skipped", skipped);
            spec.commandLine().getOut().println(new JsonMapper().writeValueAsString(answer));
        } else {
            spec.commandLine()
                    .getOut()
                    .println("replay: " + replayed + " replayed"
                            + skipped.entrySet().stream()
                                    .map(why -> "; " + why.getValue() + " not: " + why.getKey())
                                    .collect(Collectors.joining()));
        }
        return skipped.isEmpty() ? Commands.DONE : Commands.FOUND;
    }

    private void one(RunningProduct product, long id) throws Exception {
        try {
            replayed += product.post("/api/dead-letters/" + id + "/replay")
                    .path("replayed")
                    .asInt();
        } catch (RunningProduct.Refusal e) {
            if (e.status() != 404 && e.status() != 409) {
                throw e;
            }
            skipped.merge(id + ": " + e.getMessage(), 1, Integer::sum);
        }
    }

    /** The API does a part at a time. */
    private void matching(RunningProduct product) throws Exception {
        String query = which.filter == null
                ? ""
                : parameter("?", "reason", which.filter.reason)
                        + parameter(which.filter.reason == null ? "?" : "&", "provider", which.filter.provider);
        int done = PORTION;
        // What was replayed may fail at once and be a new letter: that must come to an end.
        for (int i = 0; i < MOST_PORTIONS && done == PORTION; i++) {
            JsonNode answer = product.post("/api/dead-letters/replay" + query);
            done = answer.path("replayed").asInt();
            replayed += done;
            skipped.clear();
            answer.path("why")
                    .properties()
                    .forEach(why -> skipped.put(why.getKey(), why.getValue().asInt()));
        }
    }

    private static String parameter(String before, String name, String value) {
        return value == null ? "" : before + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
