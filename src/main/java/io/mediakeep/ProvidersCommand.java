package io.mediakeep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mediakeep.provider.Products;
import io.mediakeep.settings.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Lists the accounts and what is known of their providers. */
@Command(
        name = "providers",
        description = "Lists the providers that have a file, and the accounts that use them.",
        mixinStandardHelpOptions = true)
final class ProvidersCommand implements Callable<Integer> {
    @ParentCommand
    private Commands commands;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Prints a JSON list.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (SettingsOnly product = new SettingsOnly(commands.locations())) {
            new TreeMap<>(product.facts().accounts())
                    .forEach((account, provider) -> rows.add(row(product.settings(), account, provider)));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new JsonMapper().writeValueAsString(rows));
        } else {
            out.println(String.format(
                    "%-12s %-4s %-26s %-18s %-6s %-10s %s",
                    "ACCOUNT", "ON", "PROVIDER", "SIGNATURE", "LISTS", "RETENTION", "CHECKED"));
            rows.forEach(row -> out.println(String.format(
                    "%-12s %-4s %-26s %-18s %-6s %-10s %s",
                    row.get("account"),
                    row.get("enabled").equals(true) ? "on" : "off",
                    row.get("title"),
                    row.get("signature"),
                    row.get("lists"),
                    row.get("retention"),
                    row.get("checked"))));
        }
        return Commands.DONE;
    }

    private static Map<String, Object> row(Settings settings, String account, String provider) {
        String prefix = "mediakeep." + account + ".";
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("account", account);
        row.put("provider", provider);
        row.put("enabled", settings.flag(prefix + "enabled"));
        row.put("title", settings.find(prefix + "title").orElse(provider));
        row.put("signature", settings.find(prefix + "signature").orElse("none"));
        row.put(
                "lists",
                new Products(settings).isListed(account)
                        ? settings.list(prefix + "lists").size()
                        : 0);
        row.put("retention", settings.find(prefix + "retention").orElse(""));
        row.put("checked", settings.find(prefix + "checked").orElse(""));
        return row;
    }
}
