package io.mediakeep;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.database.Backup;
import io.mediakeep.database.Database;
import io.mediakeep.provider.Products;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.sqlite.JDBC;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Proves the promise from the providers' side. */
@Command(
        name = "audit",
        description = {
            "Walks the providers' lists and proves for each task that succeeded that its objects are in the bucket,",
            "or that a dead letter says why not. Also while the product runs; changes nothing."
        },
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            defaultValue = "30d",
            description = "How old tasks may be, such as 36h or 30d; ${DEFAULT-VALUE}.")
    private String since;

    @Option(
            names = "--deep",
            description = "Reads each object and compares its checksum; else what the storage says of it.")
    private boolean deep;

    @Option(names = "--json", description = "Prints JSON: the counts, and what is missing.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, String> more = new LinkedHashMap<>();
        try (SettingsOnly product = new SettingsOnly(commands.locations())) {
            Settings settings = product.settings();
            Providers providers = product.providers();
            new Settings(name -> Optional.of(since)).duration("--since", Duration.ofMinutes(1));
            for (ProviderSettings account : providers.all()) {
                more.put("mediakeep." + account.name() + ".poll-lookback", since);
                more.put("mediakeep." + account.name() + ".retention", since);
            }
            try (StorageBeans storage = StorageBeans.open(settings);
                    Inspection inspection = new Inspection(commands.locations(), more)) {
                storage.trouble().ifPresent(trouble -> {
                    throw trouble;
                });
                Map<String, String> walked = inspection.walk(providers.all(), new Products(settings));
                Path copy = Files.createTempDirectory("mediakeep-").resolve("ledger.db");
                try (Connection shown = inspection.open();
                        Connection ledger = ledger(settings, copy)) {
                    Audit audit = new Audit(shown, ledger, storage.storage(), deep);
                    audit.run();
                    return tell(audit, walked, providers);
                } finally {
                    Files.deleteIfExists(copy);
                    Files.deleteIfExists(copy.getParent());
                }
            }
        }
    }

    /** A copy, because a SQLite ledger may have one process alone. */
    private static Connection ledger(Settings settings, Path copy) throws SQLException {
        Properties properties = new Properties();
        String url = Database.url(settings);
        if (Database.sqliteFile(url).isPresent()) {
            Backup.write(settings, copy);
            return new JDBC().connect("jdbc:sqlite:" + copy, properties);
        }
        settings.find("mediakeep.ledger.user").ifPresent(user -> properties.setProperty("user", user));
        settings.find("mediakeep.ledger.password").ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("readOnly", "true");
        return new org.postgresql.Driver().connect(url, properties);
    }

    private int tell(Audit audit, Map<String, String> walked, Providers providers) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        List<String> unseen = walked.entrySet().stream()
                .filter(list -> !list.getValue().isEmpty())
                .map(list -> list.getKey() + ": " + list.getValue())
                .toList();
        List<String> unlisted = providers.all().stream()
                .map(ProviderSettings::name)
                .filter(name -> walked.keySet().stream().noneMatch(list -> list.startsWith(name + " ")))
                .toList();
        if (json) {
            Map<String, Object> answer = new LinkedHashMap<>(audit.counts());
            answer.put("missing", audit.missing());
            answer.put("listsNotWalked", unseen);
            answer.put("withoutList", unlisted);
            out.println(new JsonMapper().writeValueAsString(answer));
        } else {
            audit.missing().forEach(line -> out.println("MISSING " + line));
            unseen.forEach(line -> out.println("NOT WALKED " + line));
            if (!unlisted.isEmpty()) {
                out.println("no list to audit: " + String.join(", ", unlisted));
            }
            Map<String, Object> counts = audit.counts();
            out.println("audit: " + counts.get("tasks") + " tasks succeeded | objects there " + counts.get("there")
                    + ", dead letters " + counts.get("deadLetters") + ", still at work " + counts.get("atWork")
                    + ", missing " + audit.missing().size());
        }
        return !audit.missing().isEmpty() ? Commands.FOUND : unseen.isEmpty() ? Commands.DONE : Commands.COULD_NOT;
    }
}
