@echo off
rem The same as bin/mediakeep: JAVA_HOME chooses the JDK, JAVA_OPTS adds options, CLASS_ARCHIVE is where classes are kept.
setlocal
set "HOME_DIR=%~dp0.."
if not exist application.properties cd /d "%HOME_DIR%"
set "JAVA=java"
if not "%JAVA_HOME%"=="" set "JAVA=%JAVA_HOME%\bin\java"
if "%CLASS_ARCHIVE%"=="" set "CLASS_ARCHIVE=data\mediakeep.jsa"
set "OPTIONS=-XX:+ExitOnOutOfMemoryError -XX:+IgnoreUnrecognizedVMOptions"
if not "%CLASS_ARCHIVE%"=="none" (
  if not exist data mkdir data
  set "OPTIONS=%OPTIONS% -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=%CLASS_ARCHIVE% -Xlog:cds*=off"
)
"%JAVA%" %OPTIONS% %JAVA_OPTS% -cp "%HOME_DIR%\mediakeep.jar;%HOME_DIR%\ext\*" ${exec.mainClass} %*
exit /b %ERRORLEVEL%
