package io.mediakeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.settings.ProviderSettings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Has the product that runs walk lists again from their beginning. */
@Command(
        name = "backfill",
        description = {
            "Has the product that runs walk the lists of providers again, as far back as they keep media.",
            "What is not stored yet is copied, nearest expiry first; what is known stays as it is."
        },
        mixinStandardHelpOptions = true)
final class BackfillCommand implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 500;

    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "PROVIDER",
            arity = "0..*",
            description = "Providers or accounts; without one, all that have a list.")
    private List<String> names;

    @Option(
            names = "--wait",
            description = "Waits until each list was walked, with a line for each; ends with 2 if one cannot be.")
    private boolean wait;

    @Option(names = "--json", description = "Prints JSON: how each list stands.")
    private boolean json;

    private final Set<String> said = new LinkedHashSet<>();

    @Override
    public Integer call() throws Exception {
        try (SettingsOnly settings = new SettingsOnly(commands.locations())) {
            RunningProduct product = new RunningProduct(settings.settings());
            List<String> asked = names != null
                    ? names
                    : settings.providers().all().stream()
                            .map(ProviderSettings::name)
                            .sorted()
                            .toList();
            Map<String, JsonNode> lists = new LinkedHashMap<>();
            for (String name : asked) {
                begin(product, name, lists);
            }
            boolean done = wait && await(product, lists);
            if (json) {
                spec.commandLine().getOut().println(new JsonMapper().writeValueAsString(lists.values()));
            }
            return wait && !done ? Commands.COULD_NOT : Commands.DONE;
        }
    }

    private void begin(RunningProduct product, String name, Map<String, JsonNode> lists) throws Exception {
        try {
            JsonNode answer = product.post("/api/backfill/" + name);
            lists.put(name, answer);
            say(name + ": " + answer.path("lists").size() + " lists, back to "
                    + answer.path("reach").asText() + " ago");
        } catch (RunningProduct.Refusal e) {
            // Of all, those without a list are passed over.
            if (names != null || e.status() != 409) {
                throw e;
            }
            say(e.getMessage());
        }
    }

    /** False if the polls of a list fail; the product goes on with it all the same. */
    private boolean await(RunningProduct product, Map<String, JsonNode> lists) throws Exception {
        boolean sound = true;
        List<String> open = new ArrayList<>(lists.keySet());
        while (!open.isEmpty()) {
            for (String name : List.copyOf(open)) {
                JsonNode now = product.get("/api/backfill/" + name);
                lists.put(name, now);
                boolean ended = true;
                for (JsonNode list : now.path("lists")) {
                    String line = name + " " + list.path("list").asText() + ": ";
                    if (!list.path("problem").isNull()) {
                        sound = false;
                        say(line + "cannot be walked: " + list.path("problem").asText());
                    } else if (list.path("done").asBoolean()) {
                        say(line + "walked");
                    } else {
                        ended = false;
                    }
                }
                if (ended) {
                    open.remove(name);
                }
            }
            if (!open.isEmpty()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        return sound;
    }

    private void say(String line) {
        if (!json && said.add(line)) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
            out.flush();
        }
    }
}
