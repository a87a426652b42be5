package io.mediakeep;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerLock;
import io.mediakeep.failure.Failure;
import io.mediakeep.provider.Products;
import io.mediakeep.provider.ProviderException;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import io.mediakeep.storage.ObjectPolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What support asks first, each answered with one line. */
@Command(
        name = "check",
        description = {
            "Checks settings, storage, ledger, free space, clock, the callback door and each provider's credentials.",
            "Also while the product runs; changes nothing."
        },
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private static final Duration LARGEST_SKEW = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String NO_SUCH_TASK = "mediakeep-check";

    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Prints a JSON list.")
    private boolean json;

    @Option(names = "--show-tokens", description = "Shows the secret tokens in the callback URLs, to paste them.")
    private boolean showTokens;

    private final List<Map<String, Object>> lines = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        try (SettingsOnly product = new SettingsOnly(commands.locations())) {
            Settings settings = product.settings();
            Providers providers;
            try {
                SettingsCheck.run(settings, product.facts().accounts().keySet());
                providers = product.providers();
                well("settings", providers.all().size() + " accounts on");
            } catch (SettingException e) {
                wrong("settings", e.getMessage());
                return tell();
            }
            storage(settings);
            ledger(settings);
            clock(settings, providers);
            door(settings, providers);
            if (!providers.all().isEmpty()) {
                credentials(settings, providers);
            }
        }
        return tell();
    }

    private void storage(Settings settings) {
        try (StorageBeans storage = StorageBeans.open(settings)) {
            storage.trouble().ifPresentOrElse(trouble -> wrong("storage", trouble.getMessage()), () -> {
                storage.storage().checkWrite();
                String policy = new ObjectPolicy(settings, List.of(), Clock.systemUTC()).text();
                well(
                        "storage",
                        StorageBeans.place(settings) + " can be written"
                                + (policy.isEmpty() ? "" : ", objects with " + policy));
            });
            Path directory = StorageBeans.directory(settings);
            if (directory != null) {
                space("storage space", directory, settings);
            }
        } catch (SettingException | Failure e) {
            wrong("storage", e.getMessage());
        }
    }

    private void ledger(Settings settings) {
        try {
            Path file = Database.sqliteFile(Database.url(settings)).orElse(null);
            if (file == null) {
                Properties properties = new Properties();
                settings.find("mediakeep.ledger.user").ifPresent(user -> properties.setProperty("user", user));
                settings.find("mediakeep.ledger.password")
                        .ifPresent(password -> properties.setProperty("password", password));
                properties.setProperty("connectTimeout", "5");
                try (Connection connection = new org.postgresql.Driver().connect(Database.url(settings), properties)) {
                    well("ledger", "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion());
                }
                return;
            }
            space("ledger space", file.toAbsolutePath().getParent(), settings);
            try (LedgerLock lock = LedgerLock.take(settings)) {
                well("ledger", file + (Files.exists(file) ? " is there" : " will be made") + ", nobody has it open");
            } catch (SettingException e) {
                well("ledger", file + " is open in the product that runs");
            }
        } catch (SettingException e) {
            wrong("ledger", e.getMessage());
        } catch (SQLException | IOException e) {
            wrong("ledger", "mediakeep.ledger.url must be a database that can be opened, but: " + e.getMessage());
        }
    }

    private void space(String what, Path directory, Settings settings) {
        Path there = directory;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        long least = settings.size("mediakeep.ledger.min-free", 0, Long.MAX_VALUE);
        try {
            long free = Files.getFileStore(there == null ? Path.of("") : there).getUsableSpace();
            String said = (free >> 20) + " MiB free at " + directory;
            if (free < least) {
                wrong(what, said + ", mediakeep.ledger.min-free asks for " + (least >> 20));
            } else {
                well(what, said);
            }
        } catch (IOException e) {
            wrong(what, directory + " cannot be looked at: " + e.getMessage());
        }
    }

    /** By the first provider that says what time it is. */
    private void clock(Settings settings, Providers providers) {
        for (ProviderSettings account : providers.all()) {
            Instant theirs = date(settings.httpUrl("mediakeep." + account.name() + ".api-url"));
            if (theirs != null) {
                Duration skew = Duration.between(theirs, Instant.now()).abs();
                String said = skew.toSeconds() + " s beside " + account.name();
                if (skew.compareTo(LARGEST_SKEW) > 0) {
                    wrong("clock", said + ": signatures of callbacks will be refused");
                } else {
                    well("clock", said);
                }
                return;
            }
        }
    }

    private static Instant date(String url) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(url))
                                    .timeout(PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .headers()
                    .firstValue("Date")
                    .map(text -> ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant())
                    .orElse(null);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void door(Settings settings, Providers providers) {
        String before = settings.find("mediakeep.callback.public-url").orElse("https://<your host>");
        for (ProviderSettings account : providers.all()) {
            account.callbackToken()
                    .ifPresentOrElse(
                            token -> well(
                                    "callbacks of " + account.name(),
                                    before + "/callbacks/" + account.name() + "/"
                                            + (showTokens ? token : "<callback-token>")),
                            () -> well(
                                    "callbacks of " + account.name(),
                                    "no door: mediakeep." + account.name() + ".callback-token is empty"));
        }
        settings.find("mediakeep.callback.public-url").ifPresent(url -> {
            try {
                int status = HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/callbacks/none/none"))
                                        .timeout(PATIENCE)
                                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                        .header("Content-Type", "application/json")
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                if (status == 404) {
                    well("callback door", url + " answers");
                } else {
                    wrong(
                            "callback door",
                            url + " answers " + status + " where the product answers 404: is it this product?");
                }
            } catch (IOException | IllegalArgumentException e) {
                wrong(
                        "callback door",
                        url + " cannot be reached from here: " + e.getClass().getSimpleName());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** One page of each list; where there is none, a task that is not there. */
    private void credentials(Settings settings, Providers providers) throws Exception {
        Map<String, String> more = new LinkedHashMap<>();
        providers.all().forEach(account -> more.put("mediakeep." + account.name() + ".poll-max-pages", "1"));
        Products products = new Products(settings);
        try (Inspection inspection = new Inspection(commands.locations(), more)) {
            Map<String, String> walked = inspection.walk(providers.all(), products);
            for (ProviderSettings account : providers.all()) {
                List<String> lists = products.lists(account.name());
                List<String> failed = lists.stream()
                        .map(list -> account.name() + " " + list)
                        .filter(list ->
                                !walked.get(list).isEmpty() && !walked.get(list).contains("poll-max-pages"))
                        .map(list -> list.substring(account.name().length() + 1) + ": " + walked.get(list))
                        .toList();
                String what = "API of " + account.name();
                if (!account.readable()) {
                    well(what, "not called: there are no credentials");
                } else if (lists.isEmpty()) {
                    read(what, inspection.context(), account.name(), products);
                } else if (failed.isEmpty()) {
                    well(what, lists.size() + " lists answer");
                } else {
                    wrong(what, failed.size() + " of " + lists.size() + " lists fail, such as " + failed.get(0));
                }
            }
        }
    }

    private void read(String what, CamelContext context, String account, Products products) {
        List<String> of = products.of(account);
        try {
            context.createFluentProducerTemplate()
                    .to("direct:" + account + "-task")
                    .withVariable("provider", account)
                    .withVariable(
                            "work",
                            Map.of(
                                    "taskId", NO_SUCH_TASK,
                                    "encodedTaskId", NO_SUCH_TASK,
                                    "product", of.isEmpty() ? "" : of.get(0)))
                    .request(Object.class);
            well(what, "answers");
        } catch (CamelExecutionException e) {
            if (e.getCause() instanceof ProviderException trouble && trouble.kind() != ProviderException.Kind.REFUSED) {
                well(what, "answers, to a task that is not there: " + trouble.getMessage());
            } else {
                wrong(
                        what,
                        e.getCause() instanceof ProviderException refused
                                ? "refused: " + refused.getMessage()
                                : String.valueOf(e.getCause()));
            }
        }
    }

    private void well(String what, String said) {
        add(what, true, said);
    }

    private void wrong(String what, String said) {
        add(what, false, said);
    }

    private void add(String what, boolean well, String said) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("check", what);
        line.put("well", well);
        line.put("said", said);
        lines.add(line);
    }

    private int tell() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new JsonMapper().writeValueAsString(lines));
        } else {
            lines.forEach(line -> out.println((line.get("well").equals(true) ? "ok     " : "WRONG  ")
                    + line.get("check") + ": " + line.get("said")));
        }
        return lines.stream().allMatch(line -> line.get("well").equals(true)) ? Commands.DONE : Commands.FOUND;
    }
}
