package io.mediakeep.mapping;

import io.mediakeep.event.Payload;
import java.util.List;
import org.codehaus.groovy.ast.ClassCodeExpressionTransformer;
import org.codehaus.groovy.ast.ClassHelper;
import org.codehaus.groovy.ast.ClassNode;
import org.codehaus.groovy.ast.expr.ArgumentListExpression;
import org.codehaus.groovy.ast.expr.AttributeExpression;
import org.codehaus.groovy.ast.expr.BinaryExpression;
import org.codehaus.groovy.ast.expr.ClassExpression;
import org.codehaus.groovy.ast.expr.ClosureExpression;
import org.codehaus.groovy.ast.expr.Expression;
import org.codehaus.groovy.ast.expr.MethodCallExpression;
import org.codehaus.groovy.ast.expr.PostfixExpression;
import org.codehaus.groovy.ast.expr.PrefixExpression;
import org.codehaus.groovy.ast.expr.PropertyExpression;
import org.codehaus.groovy.ast.expr.StaticMethodCallExpression;
import org.codehaus.groovy.classgen.GeneratorContext;
import org.codehaus.groovy.control.CompilePhase;
import org.codehaus.groovy.control.SourceUnit;
import org.codehaus.groovy.control.customizers.CompilationCustomizer;
import org.codehaus.groovy.syntax.Types;

/**
 * Compiles {@code a.b} in a script as {@link Payload#member} and {@code a.withIndex()} over {@link Payload#entries}, so that
 * every mapping is tolerant, also those that users write. What is assigned to stays as it is.
 */
final class TolerantAccess extends CompilationCustomizer {
    private static final ClassNode PAYLOAD = ClassHelper.make(Payload.class);

    TolerantAccess() {
        super(CompilePhase.CANONICALIZATION);
    }

    @Override
    public void call(SourceUnit source, GeneratorContext context, ClassNode type) {
        new Transformer(source).visitClass(type);
    }

    private static final class Transformer extends ClassCodeExpressionTransformer {
        private final SourceUnit source;

        Transformer(SourceUnit source) {
            this.source = source;
        }

        @Override
        protected SourceUnit getSourceUnit() {
            return source;
        }

        @Override
        public Expression transform(Expression expression) {
            if (expression instanceof ClosureExpression closure) {
                closure.getCode().visit(this);
                return closure;
            }
            if (expression instanceof BinaryExpression assignment
                    && Types.ofType(assignment.getOperation().getType(), Types.ASSIGNMENT_OPERATOR)) {
                assignment.setRightExpression(transform(assignment.getRightExpression()));
                return assignment;
            }
            if (expression instanceof PrefixExpression || expression instanceof PostfixExpression) {
                return expression;
            }
            if (expression instanceof PropertyExpression property && isMember(property)) {
                return call(
                        "member",
                        property,
                        transform(property.getObjectExpression()),
                        transform(property.getProperty()));
            }
            Expression transformed = super.transform(expression);
            if (transformed instanceof MethodCallExpression method
                    && !method.isImplicitThis()
                    && "withIndex".equals(method.getMethodAsString())) {
                Expression owner = method.getObjectExpression();
                method.setObjectExpression(call("entries", owner, owner));
            }
            return transformed;
        }

        private static boolean isMember(PropertyExpression property) {
            return !(property instanceof AttributeExpression)
                    && !property.isSpreadSafe()
                    && !property.isStatic()
                    && !(property.getObjectExpression() instanceof ClassExpression);
        }

        private static Expression call(String method, Expression place, Expression... arguments) {
            Expression call =
                    new StaticMethodCallExpression(PAYLOAD, method, new ArgumentListExpression(List.of(arguments)));
            call.setSourcePosition(place);
            return call;
        }
    }
}
