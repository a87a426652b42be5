package io.mediakeep.mapping;

import groovy.lang.GroovyShell;
import org.apache.camel.Exchange;
import org.apache.camel.language.groovy.GroovyShellFactory;
import org.codehaus.groovy.control.CompilerConfiguration;

/** Compiles the Groovy of the routes; each script once. Thread-safe. */
public final class MappingShells implements GroovyShellFactory {
    @Override
    public GroovyShell createGroovyShell(Exchange exchange) {
        CompilerConfiguration configuration = new CompilerConfiguration();
        configuration.addCompilationCustomizers(new TolerantAccess());
        configuration.setScriptBaseClass(MappingScript.class.getName());
        ClassLoader classes = exchange.getContext().getApplicationContextClassLoader();
        return new GroovyShell(classes != null ? classes : MappingShells.class.getClassLoader(), configuration);
    }
}
