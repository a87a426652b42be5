import org.apache.camel.dsl.jbang.core.commands.CamelJBangMain;

/** Starts the Camel CLI with the arguments of the {@code camel} command. */
public final class CamelCli {
    private CamelCli() {}

    public static void main(String[] args) {
        CamelJBangMain.run(args);
    }
}
