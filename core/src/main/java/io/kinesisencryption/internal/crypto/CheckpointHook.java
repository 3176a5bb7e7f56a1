// SPDX-License-Identifier: Apache-2.0
package io.kinesisencryption.internal.crypto;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action before this process is checkpointed and after it is restored, where the {@code org.crac} API is there (AWS Lambda SnapStart, CRaC);
 * elsewhere it does nothing. Found by reflection, so that nobody needs the API. Keep the hook as long as it shall work: the API itself holds what is
 * registered weakly.
 *
 * @see <a href="https://crac.org">Coordinated Restore at Checkpoint</a>
 */
public final class CheckpointHook {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointHook.class);

    private final Runnable action;
    private @Nullable Object resource;

    private CheckpointHook(Runnable action) {
        this.action = action;
    }

    /**
     * Registers an action.
     *
     * @param action run before each checkpoint and after each restore, on the thread of the one who asked for it
     * @return the hook
     */
    public static CheckpointHook register(Runnable action) {
        return register(action, CheckpointHook.class.getClassLoader());
    }

    static CheckpointHook register(Runnable action, ClassLoader loader) {
        CheckpointHook hook = new CheckpointHook(action);
        try {
            hook.resource = hook.registered(Class.forName("org.crac.Core", true, loader));
        } catch (ClassNotFoundException e) {
            LOG.debug("org.crac is not on the class path: no hook for checkpoints");
        } catch (ReflectiveOperationException | LinkageError e) {
            LOG.warn(
                    "org.crac is on the class path, but no hook for checkpoints could be registered: call discardAll() before and after a"
                            + " snapshot of this process",
                    e);
        }
        return hook;
    }

    /**
     * Whether the action will run.
     *
     * @return false where the API is not there
     */
    public boolean isRegistered() {
        return resource != null;
    }

    private Object registered(Class<?> core) throws ReflectiveOperationException {
        ClassLoader loader = core.getClassLoader();
        Class<?> resourceType = Class.forName("org.crac.Resource", true, loader);
        Object context = core.getMethod("getGlobalContext").invoke(null);
        Object proxy = Proxy.newProxyInstance(loader, new Class<?>[] {resourceType}, this::invoked);
        try {
            Class.forName("org.crac.Context", true, loader)
                    .getMethod("register", resourceType)
                    .invoke(context, proxy);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(e.getCause());
        }
        return proxy;
    }

    /** A resource's two methods, and those of every object: the API keeps resources in sets. */
    private @Nullable Object invoked(Object proxy, Method method, Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "beforeCheckpoint", "afterRestore" -> {
                action.run();
                yield null;
            }
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            case "toString" -> "CheckpointHook of Kinesis Encryption";
            default -> throw new UnsupportedOperationException(method.toString());
        };
    }
}
