import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Changes a copy of a route file. */
final class Routes {
    private Routes() {}

    /** Puts a step that sets the body to a constant in the place of the step with that id. */
    static void replaceStep(Path file, String id, String constant) throws IOException {
        Object routes = new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
        if (!replace(routes, id, constant)) {
            throw new IllegalStateException(file.getFileName() + " has no step " + id);
        }
        Files.writeString(file, new Dump(DumpSettings.builder().build()).dumpToString(routes));
    }

    @SuppressWarnings("unchecked")
    private static boolean replace(Object node, String id, String constant) {
        boolean found = false;
        if (node instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> map
                        && map.size() == 1
                        && map.values().iterator().next() instanceof Map<?, ?> step
                        && id.equals(step.get("id"))) {
                    Map<String, Object> own = (Map<String, Object>) map;
                    own.clear();
                    own.put(
                            "setBody",
                            Map.of("id", id, "expression", Map.of("constant", Map.of("expression", constant))));
                    found = true;
                } else {
                    found |= replace(item, id, constant);
                }
            }
        } else if (node instanceof Map<?, ?> map) {
            for (Object value : map.values()) {
                found |= replace(value, id, constant);
            }
        }
        return found;
    }
}
