package com.android.internal.os;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What generated members of Android's classes answer: something that says where it came from. The
 * members that matter for a sample app's behaviour are written by hand and never come here.
 */
public final class StandIn {
    private static final int DEPTH = 3;
    private static final Map<String, String> ANSWERS = new ConcurrentHashMap<>();

    private StandIn() {}

    /** Have a member, such as "android.hardware.Sensor.getStringType", answer this text. */
    public static void answer(String member, String text) {
        ANSWERS.put(member, text);
    }

    public static String text(String member) {
        return ANSWERS.getOrDefault(member, "twin " + member);
    }

    /** A small number that differs from member to member. */
    public static int number(String member) {
        return 100 + (member.hashCode() & 0x3ff);
    }

    /** An instance of any class, made without its constructor; null for an interface. */
    public static <T> T make(Class<T> type) {
        return type.cast(object(type, null, type.getName()));
    }

    /** Something of the type; a list or array holds one thing of the element's type. */
    public static Object object(Class<?> type, Class<?> element, String member) {
        return object(type, element, member, 0);
    }

    private static Object object(Class<?> type, Class<?> element, String member, int depth) {
        if (type.isAssignableFrom(String.class) && type != Object.class) {
            return text(member);
        }
        if (type.isArray()) {
            return array(type.getComponentType(), member, depth);
        }
        if (type.isAssignableFrom(ArrayList.class) && Collection.class.isAssignableFrom(type)) {
            return new ArrayList<>(some(element, member, depth));
        }
        if (type.isAssignableFrom(HashSet.class) && Set.class.isAssignableFrom(type)) {
            return new HashSet<>(some(element, member, depth));
        }
        if (type == Map.class) {
            return Collections.emptyMap();
        }
        if (type == Integer.class) {
            return number(member);
        }
        if (type == android.net.Uri.class) {
            return android.net.Uri.parse("content://twin/" + member);
        }
        if (type.isInterface() || type == Object.class || depth > DEPTH
                || (type.getName().startsWith("java.") && type != java.util.UUID.class)) {
            return null;
        }
        if (type == java.util.UUID.class) {
            return java.util.UUID.nameUUIDFromBytes(member.getBytes());
        }
        return Modifier.isAbstract(type.getModifiers()) ? null : instance(type, depth);
    }

    private static List<?> some(Class<?> element, String member, int depth) {
        Object one = element == null ? null : object(element, null, member, depth + 1);
        return one == null ? Collections.emptyList() : Collections.singletonList(one);
    }

    private static Object array(Class<?> component, String member, int depth) {
        if (component == byte.class) {
            return new byte[] {1, 2, 3, (byte) 0xfe, 5, 6};
        }
        Object made = Array.newInstance(component, 1);
        if (!component.isPrimitive()) {
            Array.set(made, 0, object(component, null, member, depth + 1));
        }
        return made;
    }

    private static Object instance(Class<?> type, int depth) {
        try {
            Object made = without(type);
            for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
                for (Field field : at.getDeclaredFields()) {
                    fill(made, field, depth);
                }
            }
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }

    private static void fill(Object made, Field field, int depth) throws IllegalAccessException {
        int modifiers = field.getModifiers();
        if (Modifier.isStatic(modifiers) || !Modifier.isPublic(modifiers)
                || Modifier.isFinal(modifiers) || field.getType().isPrimitive()) {
            return;
        }
        String member = field.getDeclaringClass().getName() + "." + field.getName();
        field.set(made, object(field.getType(), null, member, depth + 1));
    }

    private static Object without(Class<?> type) throws ReflectiveOperationException {
        try {
            Constructor<?> plain = type.getDeclaredConstructor();
            if (Modifier.isPublic(plain.getModifiers()) && Modifier.isPublic(type.getModifiers())) {
                return plain.newInstance();
            }
        } catch (ReflectiveOperationException e) {
            // Made without any constructor, below.
        }
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field field = unsafe.getDeclaredField("theUnsafe");
        field.setAccessible(true);
        Method allocate = unsafe.getMethod("allocateInstance", Class.class);
        return allocate.invoke(field.get(null), type);
    }
}
