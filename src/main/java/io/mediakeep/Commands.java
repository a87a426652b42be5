package io.mediakeep;

import io.mediakeep.database.Backup;
import io.mediakeep.database.Database;
import io.mediakeep.database.LedgerLock;
import io.mediakeep.database.LedgerUnavailableException;
import io.mediakeep.database.Room;
import io.mediakeep.failure.Failure;
import io.mediakeep.ledger.DeadLetterLedger;
import io.mediakeep.ledger.Ledger;
import io.mediakeep.ledger.OutboxLedger;
import io.mediakeep.ledger.RebuildLedger;
import io.mediakeep.manifest.Rebuild;
import io.mediakeep.settings.ProviderSettings;
import io.mediakeep.settings.Providers;
import io.mediakeep.settings.SettingException;
import io.mediakeep.settings.Settings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * What is done from the command line with the settings of the product: {@code backup FILE} copies a SQLite ledger, also while
 * the product runs; {@code rebuild} fills a lost ledger from the bucket. Exit code 0 is done, 2 is one line on standard error.
 */
final class Commands {
    static final Set<String> NAMES = Set.of("backup", "rebuild");

    private Commands() {}

    /** @param locations of the properties, as Camel takes them */
    static int run(List<String> words, String locations, PrintStream out, PrintStream err) throws Exception {
        boolean backup = words.get(0).equals("backup");
        if (words.size() != (backup ? 2 : 1)) {
            err.println("mediakeep: usage: " + (backup ? "backup FILE" : "rebuild"));
            return 2;
        }
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setLocation(locations);
            context.start();
            Settings settings = Mediakeep.settings(context);
            if (backup) {
                backup(settings, Path.of(words.get(1)), out);
            } else {
                rebuild(context, settings, out);
            }
            return 0;
        } catch (SettingException | Failure | LedgerUnavailableException e) {
            err.println("mediakeep: " + StartFailure.line(e));
            return 2;
        }
    }

    private static void backup(Settings settings, Path file, PrintStream out) {
        Backup.Result made = Backup.write(settings, file);
        out.println("backup: " + made.file() + ", " + made.bytes() + " bytes, checked; rows: "
                + made.rows().entrySet().stream()
                        .map(table -> table.getKey() + " " + table.getValue())
                        .collect(Collectors.joining(", ")));
    }

    private static void rebuild(CamelContext context, Settings settings, PrintStream out) throws Exception {
        Providers providers =
                Providers.read(settings, Mediakeep.facts(context).accounts().keySet());
        Room.of(settings, StorageBeans.directory(settings));
        try (LedgerLock lock = LedgerLock.take(settings);
                Ledger ledger = new Ledger(new Database(settings), Clock.systemUTC(), "rebuild");
                StorageBeans storage = StorageBeans.open(settings)) {
            RebuildLedger rows = new RebuildLedger(
                    ledger,
                    new DeadLetterLedger(ledger, new OutboxLedger(ledger)),
                    provider -> providers
                            .find(provider)
                            .filter(ProviderSettings::readable)
                            .isPresent());
            Rebuild.Result found = new Rebuild(storage.storage(), Mediakeep.keys(settings), rows).run();
            out.println("rebuild: tasks " + found.tasks() + " brought back, " + found.known() + " known | media "
                    + found.stored() + " stored, " + found.missing() + " missing, " + found.different()
                    + " different, " + found.waiting() + " not stored yet | manifests that cannot be read "
                    + found.unreadable());
        }
    }
}
