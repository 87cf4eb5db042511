package android.content.pm;

import com.android.internal.os.Binding;
import com.android.internal.os.Json;
import dalvik.system.PathClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The components an app's manifest declares. */
public final class ManifestFacts {
    public final String application;
    public final String mainActivity;
    /** Where class R lives; an app's own name may be another. */
    public final String codePackage;
    public final List<String> providers = new ArrayList<>();
    private final Map<?, ?> services;

    private ManifestFacts(Map<?, ?> facts) {
        Object name = facts.get("application");
        application = name == null || name.toString().isEmpty() ? "android.app.Application" : name.toString();
        Object code = facts.get("code_package");
        codePackage = code == null ? Binding.packageName() : code.toString();
        mainActivity = String.valueOf(facts.get("main_activity"));
        if (facts.get("providers") instanceof List) {
            ((List<?>) facts.get("providers")).forEach(item -> providers.add(String.valueOf(item)));
        }
        services = facts.get("services") instanceof Map ? (Map<?, ?>) facts.get("services") : Map.of();
    }

    public static ManifestFacts read(PathClassLoader loader) {
        Object facts = Json.parse(loader.manifest());
        return new ManifestFacts(facts instanceof Map ? (Map<?, ?>) facts : Map.of());
    }

    /** The process a service is declared to run in; empty for the app's own. */
    public String processOf(String service) {
        Object process = services.get(service);
        return process == null ? "" : process.toString();
    }

    /** The services declared for a process. */
    public List<String> servicesOf(String process) {
        List<String> names = new ArrayList<>();
        services.forEach((service, name) -> {
            if (process.equals(name)) {
                names.add(String.valueOf(service));
            }
        });
        return names;
    }
}
