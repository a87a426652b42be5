package io.mediakeep;

import io.mediakeep.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/** The route files of the product but for some of the shipped ones, for commands that need a part of the flow. */
final class RouteParts {
    private static final String EXTENSION = ".camel.yaml";

    /** What works on media, announces, receives and answers. */
    static final Set<String> WORK =
            Set.of("announce", "api", "callback", "care", "console", "copy", "manifest", "read");

    /** All that is around the providers. */
    static final Set<String> FLOW = Set.of(
            "announce",
            "api",
            "callback",
            "care",
            "console",
            "copy",
            "dead-letter",
            "error-handling",
            "manifest",
            "poll",
            "read",
            "wake");

    private RouteParts() {}

    /** @param names of files without their extension */
    static List<Resource> without(CamelContext context, Settings settings, Set<String> names) throws Exception {
        List<Resource> files = new ArrayList<>();
        for (String pattern : settings.text("camel.main.routesIncludePattern").split(",")) {
            for (Resource file :
                    PluginHelper.getPackageScanResourceResolver(context).findResources(pattern.strip())) {
                String name = Path.of(file.getLocation().replaceFirst("^[a-z]+:", ""))
                        .getFileName()
                        .toString();
                if (!name.endsWith(EXTENSION)
                        || !names.contains(name.substring(0, name.length() - EXTENSION.length()))) {
                    files.add(file);
                }
            }
        }
        return files;
    }
}
