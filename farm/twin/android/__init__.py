"""The phone's Android, as far as apps call it: Java classes that run in a JVM, and their jar.

Java sources lie in `java`, the native part in `native`; `farm.twin.building` compiles them.
"""
